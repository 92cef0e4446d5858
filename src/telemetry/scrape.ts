/** What /metrics answers. A database that is away leaves its figures out, and the process's own stand all the same. */
import { Gauge } from 'prom-client';
import type { Clock } from '../store/clock.js';
import type { Queryable } from '../store/database.js';
import { currentFigures, type Measurement } from '../store/measurements.js';
import { InstallationGauges } from './gauges.js';
import type { Metrics } from './metrics.js';

/** How long what the database said is shown again without asking. */
const FIGURES_MS = 5_000;
/** A scrape is given ten seconds by default; the figures get less. */
const FIGURES_WAIT_MS_MAX = 3_000;

export class Scrape {
  readonly contentType: string;
  private readonly installation: InstallationGauges;
  private readonly databaseUp: Gauge;
  private asked: Promise<Measurement | undefined> | undefined;
  private askedAt = -Infinity;

  constructor(
    private readonly metrics: Metrics,
    private readonly database: Queryable,
    private readonly clock: Clock,
  ) {
    this.contentType = metrics.registry.contentType;
    this.installation = new InstallationGauges(metrics.registry);
    this.databaseUp = new Gauge({
      name: 'posthorn_database_up',
      help: '1 when the database answered this scrape.',
      registers: [metrics.registry],
    });
  }

  async text(): Promise<string> {
    const figures = await this.figures().then(
      (measurement) => ({ measurement, up: 1 }),
      () => ({ measurement: undefined, up: 0 }),
    );
    this.databaseUp.set(figures.up);
    this.installation.show(figures.measurement);
    return this.metrics.registry.metrics();
  }

  private async figures(): Promise<Measurement | undefined> {
    if (performance.now() - this.askedAt > FIGURES_MS) {
      this.askedAt = performance.now();
      this.asked = currentFigures(this.database, this.clock.nowMs());
      // Asked again at the next scrape if it fails; whoever waits hears of it below.
      this.asked.catch(() => (this.askedAt = -Infinity));
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('the database is slow')), FIGURES_WAIT_MS_MAX);
    });
    try {
      return await Promise.race([this.asked, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
