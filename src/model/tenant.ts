/** A tenant: a customer of the product. Addressed by its id or, everywhere the same, by the product's own name for it. */
export const EXTERNAL_ID_LENGTH_MAX = 256;
export const TENANT_NAME_LENGTH_MAX = 256;

/** Why `text` cannot be an externalId, or undefined. It stands in URLs, and must never be taken for an id of ours. */
export function externalIdProblem(text: string): string | undefined {
  if (text === '' || text.length > EXTERNAL_ID_LENGTH_MAX) {
    return `must have 1 to ${EXTERNAL_ID_LENGTH_MAX} characters`;
  }
  if (text.startsWith('ten_')) return 'must not begin with ten_, as our own ids do';
  // Clients resolve these before they send a URL, percent-encoded or not.
  if (text === '.' || text === '..') return 'must not be . or ..';
  if (/\p{Cc}/u.test(text)) return 'must not contain control characters';
  if (text.trim() !== text) return 'must not begin or end with white space';
  return undefined;
}
