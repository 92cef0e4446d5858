export class HealthAnswer {
  /** Always `ok`: whoever cannot say so does not answer. */
  status: 'ok';
}

export class ReadinessReason {
  /** What was checked: `database`, `migrations`, `clock`, `partitions`, `queue`, `redis_eviction`, `scheduler`, `dispatcher`. */
  check: string;
  /** What is wrong, in a sentence. */
  reason: string;
}

export class ReadinessAnswer {
  /** `unready` comes with status 503. */
  status: 'ready' | 'unready';
  /** Why the process is not ready; empty when it is. */
  reasons: ReadinessReason[];
  /** What threatens the installation although this process does its work. */
  warnings: ReadinessReason[];
  /** What this process is checked for, in its role. */
  checks: string[];
}
