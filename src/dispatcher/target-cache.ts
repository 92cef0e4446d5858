/**
 * Endpoints with their secrets opened, kept between attempts. Every load of deliveries brings the endpoints' present
 * version along, and a cached target of another version is read again: an edit or a rotated secret holds from the next
 * load on, in every process, without anybody being told.
 */
import type { Settings } from '../config.js';
import type { EndpointTarget } from '../model/endpoint.js';
import type { Queryable } from '../store/database.js';
import { readEndpointTargets } from '../store/endpoint-targets.js';
import type { LoadedDelivery } from '../store/load-deliveries.js';
import type { Sealer } from '../store/sealing.js';
import { prepareTarget, type PreparedTarget, type Sender } from './prepare.js';

/** Targets held at most, at about 2 KB each; the longest unused is forgotten first. */
const TARGETS_MAX = 20_000;

export class TargetCache {
  private readonly targets = new Map<string, PreparedTarget>();

  constructor(
    private readonly database: Queryable,
    private readonly sealer: Sealer,
    private readonly settings: Pick<Settings, 'attemptTimeoutMs' | 'endpointInFlightMax'>,
    private readonly sender: Sender,
  ) {}

  get(endpointId: string): PreparedTarget | undefined {
    return this.targets.get(endpointId);
  }

  /**
   * Reads what the deliveries need and the cache lacks, or has in an older version. Answers the endpoints that cannot
   * be read, by id, with the reason.
   */
  async refresh(deliveries: LoadedDelivery[]): Promise<Map<string, Error>> {
    const unreadable = new Map<string, Error>();
    const outdated = new Set<string>();
    for (const { endpointId, endpointVersion } of deliveries) {
      if (endpointVersion === undefined) continue;
      const known = this.targets.get(endpointId);
      if (known?.target.version !== endpointVersion) outdated.add(endpointId);
    }
    if (outdated.size === 0) return unreadable;
    const read = await readEndpointTargets(this.database, [...outdated], this.sealer, this.settings);
    for (const [endpointId, target] of read) {
      this.targets.delete(endpointId);
      const prepared = target instanceof Error ? target : this.prepare(target);
      if (prepared instanceof Error) unreadable.set(endpointId, prepared);
      else this.targets.set(endpointId, prepared);
    }
    for (const endpointId of this.targets.keys()) {
      if (this.targets.size <= TARGETS_MAX) break;
      this.targets.delete(endpointId);
    }
    return unreadable;
  }

  private prepare(target: EndpointTarget): PreparedTarget | Error {
    try {
      return prepareTarget(target, this.sender);
    } catch (error) {
      return error as Error;
    }
  }
}
