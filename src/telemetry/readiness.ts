/**
 * Whether this process should be given work, and if not, why: a list of checks, each a question with an answer in words.
 * A check that does not answer in time has failed; asking often costs nothing, since an answer holds for a second.
 *
 * Two kinds of failure. What keeps this process from doing its work makes it unready. What threatens the installation
 * while requests can still be answered is a warning: turning readers and emitters away would make an outage of an alarm.
 */
export interface Check {
  name: string;
  /** `warns`: reported, but the process stays ready. */
  severity: 'fails' | 'warns';
  /** The reason for failing, in a sentence; undefined when all is well. */
  run: () => Promise<string | undefined> | string | undefined;
}

export interface Reason {
  check: string;
  reason: string;
}

export interface ReadinessReport {
  ready: boolean;
  reasons: Reason[];
  warnings: Reason[];
  checks: string[];
}

const CHECK_MS_MAX = 3_000;
const TRUSTED_MS = 1_000;

export class Readiness {
  private report: Promise<ReadinessReport> | undefined;
  private reportedAt = -Infinity;

  constructor(private readonly checks: Check[]) {}

  current(): Promise<ReadinessReport> {
    if (this.report === undefined || performance.now() - this.reportedAt > TRUSTED_MS) {
      this.reportedAt = performance.now();
      this.report = this.runAll();
    }
    return this.report;
  }

  private async runAll(): Promise<ReadinessReport> {
    const results = await Promise.all(
      this.checks.map(async (check) => ({ check, reason: await runInTime(check) })),
    );
    const failed = (severity: Check['severity']): Reason[] =>
      results.flatMap(({ check, reason }) =>
        reason === undefined || check.severity !== severity ? [] : [{ check: check.name, reason }],
      );
    const reasons = failed('fails');
    const checks = this.checks.map((check) => check.name);
    return { ready: reasons.length === 0, reasons, warnings: failed('warns'), checks };
  }
}

async function runInTime(check: Check): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${CHECK_MS_MAX / 1000} s`), CHECK_MS_MAX);
  });
  try {
    return await Promise.race([Promise.resolve().then(() => check.run()), late]);
  } catch (error) {
    return inWords(error as Error);
  } finally {
    clearTimeout(timer);
  }
}

/** Drivers put several addresses' failures into an error without a message. */
function inWords(error: Error): string {
  if (error instanceof AggregateError && error.message === '') {
    return (error.errors as Error[]).map((one) => one.message).join('; ');
  }
  return error.message;
}
