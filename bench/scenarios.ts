/** What is measured, in the order of the report. */
import type { Scenario } from './harness/bench.js';
import { ceilings } from './scenarios/ceilings.js';
import { throughput } from './scenarios/throughput.js';

export const scenarios: Scenario[] = [ceilings, throughput];

/** Enough to notice a lost event or a collapse. */
export const shortScenarios: Scenario[] = [ceilings, throughput];
