/**
 * How Posthorn proves to a receiver, or to the gateway in front of it, that it may call, beside the signature. Whole
 * and with its secrets: what may be shown of it is src/api/endpoints/auth-fields.ts's to say.
 */
export const authTypes = ['basic', 'bearer', 'oauth2'] as const;

export interface BasicAuth {
  type: 'basic';
  username: string;
  password: string;
}

export interface BearerAuth {
  type: 'bearer';
  token: string;
}

/** Client credentials (RFC 6749, section 4.4): a token is fetched from `tokenUrl` and sent as a bearer's. */
export interface OAuth2Auth {
  type: 'oauth2';
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  scope?: string;
  audience?: string;
}

export type EndpointAuth = BasicAuth | BearerAuth | OAuth2Auth;

/** RFC 7617: the user name ends at the first colon; text beyond ASCII is UTF-8, as every browser sends it. */
export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
