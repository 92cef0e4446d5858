/** An endpoint's settings in the words of forms and pages. */
import type { Endpoint } from '../api/types.js';

export const bodyWords: Record<Endpoint['bodyFormat'], string> = {
  standard: 'type, timestamp and data',
  raw: 'only data',
  cloudevents: 'CloudEvents 1.0',
};

export const payloadWords: Record<Endpoint['payload'], string> = {
  full: 'the event’s data',
  thin: 'thin: ids and a link to fetch it',
};

export const signingWords: Record<Endpoint['signing'], string> = {
  hmac: 'HMAC-SHA256, shared secret',
  ed25519: 'ed25519, public key',
};

export const profileWords: Record<Endpoint['signatureProfile'], string> = {
  none: 'nobody else',
  svix: 'Svix: svix-* headers',
  stripe: 'Stripe: t=…,v1=…',
  github: 'GitHub: x-hub-signature-256',
};

export type Auth = Endpoint['auth'];

export const authWords: Record<NonNullable<Auth>['type'] | 'none', string> = {
  none: 'none',
  basic: 'user name and password',
  bearer: 'bearer token',
  oauth2: 'OAuth 2.0 client credentials',
};

export interface Tls {
  clientCertificate?: string;
  clientKey?: string;
  ca?: string;
}

export function tlsWords(tls: Tls | null): string {
  const parts = [
    ...(tls?.clientCertificate ? ['client certificate'] : []),
    ...(tls?.ca ? ['private CA'] : []),
  ];
  return parts.length === 0 ? 'public roots' : parts.join(', ');
}
