/** What is measured, in the order of the report. */
import type { Scenario } from './harness/bench.js';
import { ceilings } from './scenarios/ceilings.js';
import { costs } from './scenarios/costs.js';
import { drain } from './scenarios/drain.js';
import { fanOut } from './scenarios/fan-out.js';
import { filters } from './scenarios/filters.js';
import { isolation } from './scenarios/isolation.js';
import { latency } from './scenarios/latency.js';
import { deliveryLog } from './scenarios/log/delivery-log.js';
import { scaling } from './scenarios/scaling.js';
import { startUp } from './scenarios/start-up.js';
import { storm } from './scenarios/storm.js';
import { throughput } from './scenarios/throughput.js';
import { waiting } from './scenarios/waiting.js';

export const scenarios: Scenario[] = [
  ceilings,
  throughput,
  latency,
  fanOut,
  filters,
  isolation,
  drain,
  storm,
  waiting,
  deliveryLog,
  scaling,
  costs,
  startUp,
];

/** Enough to notice a lost event or a collapse. */
export const shortScenarios: Scenario[] = [ceilings, throughput, isolation, fanOut];
