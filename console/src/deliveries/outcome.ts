/** What last became of a delivery, in a few words. */
import type { Delivery } from '../api/types.js';

export function outcomeOf({ lastStatusCode, lastErrorCode, status, attemptCount }: Delivery): string {
  if (lastErrorCode !== null && lastStatusCode !== null) return `${lastStatusCode} · ${words(lastErrorCode)}`;
  if (lastErrorCode !== null) return words(lastErrorCode);
  if (lastStatusCode !== null) return String(lastStatusCode);
  if (status === 'pending' && attemptCount === 0) return 'not sent yet';
  return '–';
}

/** `connection_refused` → `connection refused`, also within a sentence of the server’s. */
export function words(code: string): string {
  return code.replaceAll('_', ' ');
}
