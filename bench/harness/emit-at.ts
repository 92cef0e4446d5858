/** Emits at a fixed rate, whatever the answers do. */
import type { LoadResult, Target } from '../load/generator.js';
import type { Bench } from './bench.js';
import type { Installation } from './installation.js';
import { CONNECTIONS } from './sustain.js';

export interface EmitAtOptions {
  targets: Target[];
  perSecond: number;
  durationMs: number;
  firstTarget?: number;
}

export function emitAt(
  bench: Bench,
  installation: Installation,
  { targets, perSecond, durationMs, firstTarget = 0 }: EmitAtOptions,
): Promise<LoadResult> {
  return bench.generator.call(
    'load',
    {
      host: '127.0.0.1',
      port: installation.port,
      key: installation.emitterKey,
      targets,
      firstTarget,
      connections: CONNECTIONS,
    },
    { kind: 'open', durationMs, perSecond },
  );
}

/** So many events, as fast as they are accepted. */
export function emitCount(
  bench: Bench,
  installation: Installation,
  { targets, events, connections = CONNECTIONS }: { targets: Target[]; events: number; connections?: number },
): Promise<LoadResult> {
  return bench.generator.call(
    'load',
    { host: '127.0.0.1', port: installation.port, key: installation.emitterKey, targets, connections },
    { kind: 'closed', durationMs: EMIT_COUNT_TIMEOUT_MS, eventsMax: events },
  );
}

const EMIT_COUNT_TIMEOUT_MS = 180_000;
