/** What the working parts are counted and traced with. What is read from it, by whom, is in health.module.ts. */
import { Module } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config.js';
import { Metrics } from '../telemetry/metrics.js';
import type { Tracing } from '../telemetry/tracing.js';
import { upkeepTaskNames } from '../upkeep/tasks.js';

/** Undefined when nobody asked for traces. */
export const TRACING = Symbol('tracing');

@Module({
  providers: [
    {
      provide: Metrics,
      useFactory: (settings: Settings) => new Metrics(settings.role, upkeepTaskNames),
      inject: [SETTINGS],
    },
    {
      provide: TRACING,
      // Loaded here and nowhere else: without an endpoint, OpenTelemetry is not even read from the disk.
      useFactory: async (settings: Settings): Promise<Tracing | undefined> => {
        if (settings.traceEndpoint === undefined) return undefined;
        const { startTracing } = await import('../telemetry/otlp-tracing.js');
        return startTracing({
          endpoint: settings.traceEndpoint,
          samplePercent: settings.traceSamplePercent,
          role: settings.role,
        });
      },
      inject: [SETTINGS],
    },
  ],
  exports: [Metrics, TRACING],
})
export class TelemetryModule {}
