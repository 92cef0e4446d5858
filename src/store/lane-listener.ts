/** Told of what changes about endpoints by itself: for the audit log, operational events, metrics. */
import type { LaneChange } from './lane-health.js';

export interface FailingEndpoint {
  endpointId: string;
  tenantId: string;
  failingSince: Date;
  /** When it will be disabled unless it answers; about, since that takes another failure. */
  disabledAt: Date;
}

/** A listener that fails or is slow holds up nobody; it handles its own errors. */
export interface LaneListener {
  circuitChanged(change: LaneChange): void | Promise<void>;
  /** It has failed for so long that somebody should know, and will be disabled. Told at most once a day. */
  endpointFailing(endpoint: FailingEndpoint): void | Promise<void>;
  endpointDisabled(endpoint: {
    endpointId: string;
    tenantId: string;
    reason: 'gone' | 'failing';
  }): void | Promise<void>;
}

/** Tells several; one that throws does not keep the others from hearing. */
export function toAll(listeners: LaneListener[], failed: (error: unknown) => void): LaneListener {
  const tell = async (call: (listener: LaneListener) => void | Promise<void>): Promise<void> => {
    const told = await Promise.allSettled(listeners.map(async (listener) => call(listener)));
    for (const result of told) if (result.status === 'rejected') failed(result.reason);
  };
  return {
    circuitChanged: (change) => tell((listener) => listener.circuitChanged(change)),
    endpointFailing: (endpoint) => tell((listener) => listener.endpointFailing(endpoint)),
    endpointDisabled: (endpoint) => tell((listener) => listener.endpointDisabled(endpoint)),
  };
}
