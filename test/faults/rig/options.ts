/** How large and how long the cases are. run.mjs sets these from its flags; in CI nothing is set, and everything is short. */
export const faultOptions = {
  /** The issue's own sizes: Redis away for 60 s, Postgres for 30 s, a million waiting deliveries. */
  full: process.env.FAULTS_FULL === '1',
  /** Minutes of the soak; undefined: no soak. */
  soakMinutes: optionalNumber(process.env.FAULTS_SOAK_MINUTES),
  soakPerSecond: optionalNumber(process.env.FAULTS_SOAK_PER_SECOND) ?? 500,
  /** Where each case leaves what it found, for the table. */
  resultsDir: process.env.FAULTS_RESULTS_DIR,
};

/**
 * Every attempt ends within 2 s and every lease 2.5 s after that, so that a case need not wait half a minute for
 * what production takes half a minute for (15 s and 15 s).
 */
export const SHORT_LEASES = { ATTEMPT_TIMEOUT_MS: '2000', LEASE_SLACK_MS: '2500' };
export const LEASE_MS = 4_500;

function optionalNumber(text: string | undefined): number | undefined {
  return text === undefined || text === '' ? undefined : Number(text);
}
