import { describe, expect, it } from 'vitest';
import { loadConfig, withProfileDefaults } from '../../src/config.js';
import { DELIVER_AHEAD_DAYS_MAX } from '../../src/intake/event-times.js';
import { defaultRetry, maxAttempts, retryDelayMs } from '../../src/model/retry-schedule.js';
import { retentionPolicy } from '../../src/upkeep/retention-policy.js';

describe('the retention policy', () => {
  const settings = {
    retentionDays: 30,
    retentionEventsDays: undefined,
    retentionDeliveriesDays: undefined,
    retentionAttemptsDays: undefined,
    retentionAuditDays: undefined,
    retentionIdempotencyDays: undefined,
    exportDir: undefined,
    exportS3Url: undefined,
    exportS3Endpoint: undefined,
    exportS3Region: 'us-east-1',
    exportS3AccessKeyId: undefined,
    exportS3SecretAccessKey: undefined,
  };

  it('is RETENTION_DAYS for whatever has no setting of its own', () => {
    expect(retentionPolicy({ ...settings, retentionAuditDays: 365 })).toMatchObject({
      eventsDays: 30,
      attemptsDays: 30,
      auditDays: 365,
      lifetimeDays: 29,
      scheduledLifetimeDays: 4,
      keptDays: 30,
    });
  });

  it('leaves an event that was scheduled as far ahead as may be the time for all its retries', () => {
    const { keptDays, scheduledLifetimeDays } = retentionPolicy(withProfileDefaults(loadConfig({})));
    let retriesMs = 0;
    for (let attempt = 1; attempt < maxAttempts(defaultRetry); attempt++)
      retriesMs += retryDelayMs(defaultRetry, attempt, 1)!;
    expect(keptDays).toBeGreaterThanOrEqual(DELIVER_AHEAD_DAYS_MAX);
    expect(scheduledLifetimeDays).toBeGreaterThan(retriesMs / 86_400_000);
  });

  it('lets payloads go earlier, and what hangs on them with them', () => {
    expect(retentionPolicy({ ...settings, retentionEventsDays: 7 })).toMatchObject({
      eventsDays: 7,
      deliveriesDays: 30,
      idempotencyDays: 7,
      lifetimeDays: 6,
      scheduledLifetimeDays: 4,
      keptDays: 7,
    });
  });

  it('gives every delivery a day at least', () => {
    expect(retentionPolicy({ ...settings, retentionDays: 1 })).toMatchObject({
      lifetimeDays: 1,
      scheduledLifetimeDays: 1,
      keptDays: 1,
    });
  });

  it('reads bucket and prefix from the one URL', () => {
    const bucketOf = (exportS3Url: string) =>
      retentionPolicy({
        ...settings,
        exportS3Url,
        exportS3AccessKeyId: 'id',
        exportS3SecretAccessKey: 'secret',
      }).exportBucket;
    expect(bucketOf('s3://logs.acme/post%20horn/eu/')).toMatchObject({
      bucket: 'logs.acme',
      prefix: 'post horn/eu',
    });
    expect(bucketOf('s3://logs')).toMatchObject({ bucket: 'logs', prefix: '' });
  });
});
