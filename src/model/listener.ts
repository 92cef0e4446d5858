/**
 * An endpoint that no request can reach, because its receiver stands on somebody's desk: a CLI fetches what is sent to it.
 * It is known by its URL, whose scheme no policy lets anybody register.
 */
const SCHEME = 'listener:';

export function listenerUrl(publicId: string): string {
  return SCHEME + publicId;
}

/** The listener's public id; undefined: an endpoint like others. */
export function listenerOf(url: string): string | undefined {
  return url.startsWith(SCHEME) ? url.slice(SCHEME.length) : undefined;
}

/** A request on its way to a listener. */
export interface ListenerRequest {
  method: string;
  headers: Record<string, string>;
  body: string;
}

/** How the local server of a listener may fail. */
export const listenerErrors = ['connection_refused', 'connection_reset', 'timeout'] as const;

/** What came of a request, as the listener tells it. */
export type ListenerAnswer = { durationMs: number } & (
  | {
      kind: 'response';
      statusCode: number;
      headers: Record<string, string>;
      /** Base64. */
      body: string;
      bodyTruncated: boolean;
    }
  | { kind: 'error'; code: (typeof listenerErrors)[number]; message: string }
);
