/** What a stretch of work cost, by part, in CPU time per event. */
import type { Bench } from './bench.js';
import type { Installation } from './installation.js';
import { cpuSeconds } from './usage.js';

/** CPU µs per event. */
export interface CpuPerEvent {
  posthorn: number;
  postgres: number;
  redis: number;
  generator: number;
  receiver: number;
}

export class CpuMeter {
  private readonly before: CpuPerEvent;

  constructor(
    private readonly bench: Bench,
    private readonly installation: Installation,
  ) {
    this.before = this.read();
  }

  perEvent(events: number): CpuPerEvent {
    const after = this.read();
    const part = (name: keyof CpuPerEvent): number => ((after[name] - this.before[name]) * 1e6) / events;
    return {
      posthorn: part('posthorn'),
      postgres: part('postgres'),
      redis: part('redis'),
      generator: part('generator'),
      receiver: part('receiver'),
    };
  }

  private read(): CpuPerEvent {
    const { services, generator, receiver } = this.bench;
    return {
      posthorn: this.installation.processes.reduce((sum, one) => sum + cpuSeconds(one.pid), 0),
      postgres: cpuSeconds(services.postgres.pid),
      redis: services.redis ? cpuSeconds(services.redis.pid) : 0,
      generator: cpuSeconds(generator.pid),
      receiver: cpuSeconds(receiver.pid),
    };
  }
}
