/** How long each kind of data is kept. Pure, so that its one rule across settings can be read and tested. */
import type { Settings } from '../config.js';
import type { BucketSettings } from './export-bucket.js';

export interface RetentionPolicy {
  /** Days (UTC) that are kept in full besides the present one. */
  eventsDays: number;
  deliveriesDays: number;
  attemptsDays: number;
  auditDays: number;
  idempotencyDays: number;
  /** What is still owed after so many days is failed as `expired`: a day before it goes, where there is one. */
  lifetimeDays: number;
  /** The same for what was scheduled for later, from when it was due. */
  scheduledLifetimeDays: number;
  /** So long there is both a delivery and its event. */
  keptDays: number;
  exportDir: string | undefined;
  exportBucket: BucketSettings | undefined;
}

/** By the usual schedule the last retry is made 2.8 days after the first attempt. */
const SCHEDULED_LIFETIME_DAYS = 4;

export function retentionPolicy(
  settings: Pick<
    Settings,
    | 'retentionDays'
    | 'retentionEventsDays'
    | 'retentionDeliveriesDays'
    | 'retentionAttemptsDays'
    | 'retentionAuditDays'
    | 'retentionIdempotencyDays'
    | 'exportDir'
    | 'exportS3Url'
    | 'exportS3Endpoint'
    | 'exportS3Region'
    | 'exportS3AccessKeyId'
    | 'exportS3SecretAccessKey'
  >,
): RetentionPolicy {
  const eventsDays = settings.retentionEventsDays ?? settings.retentionDays;
  const deliveriesDays = settings.retentionDeliveriesDays ?? settings.retentionDays;
  const keptDays = Math.min(eventsDays, deliveriesDays);
  const lifetimeDays = Math.max(1, keptDays - 1);
  return {
    eventsDays,
    deliveriesDays,
    attemptsDays: settings.retentionAttemptsDays ?? settings.retentionDays,
    auditDays: settings.retentionAuditDays ?? settings.retentionDays,
    // A key without its event could neither be answered nor be used again.
    idempotencyDays: Math.min(settings.retentionIdempotencyDays ?? settings.retentionDays, eventsDays),
    lifetimeDays,
    scheduledLifetimeDays: Math.min(lifetimeDays, SCHEDULED_LIFETIME_DAYS),
    keptDays,
    exportDir: settings.exportDir,
    exportBucket: bucketOf(settings),
  };
}

/** `s3://bucket/pre/fix` with its keys, which src/config.ts has made sure of. */
function bucketOf(
  settings: Pick<
    Settings,
    'exportS3Url' | 'exportS3Endpoint' | 'exportS3Region' | 'exportS3AccessKeyId' | 'exportS3SecretAccessKey'
  >,
): BucketSettings | undefined {
  const { exportS3Url, exportS3AccessKeyId, exportS3SecretAccessKey } = settings;
  if (exportS3Url === undefined || exportS3AccessKeyId === undefined || exportS3SecretAccessKey === undefined)
    return undefined;
  const { host, pathname } = new URL(exportS3Url);
  return {
    bucket: host,
    prefix: decodeURIComponent(pathname).replaceAll(/^\/+|\/+$/g, ''),
    endpoint: settings.exportS3Endpoint,
    region: settings.exportS3Region,
    accessKeyId: exportS3AccessKeyId,
    secretAccessKey: exportS3SecretAccessKey,
  };
}
