/**
 * Staff in the browser. Signing in trades an API key for a cookie that scripts cannot read: the key itself is kept
 * nowhere in the browser. The session is the key's: revoking the key ends it within a second, and whatever the key may
 * do, the session may, no more. Signing out ends it as soon, for every copy of the cookie.
 *
 * Against other sites that make the browser send the cookie: it is SameSite=Strict, and whatever changes something must
 * carry a header of our own, which another site's page cannot add without asking us first (we never agree).
 */
import { randomUUID } from 'node:crypto';
import { fromPublicId, toPublicId } from '../../model/id.js';
import type { Clock } from '../../store/clock.js';
import type { Queryable } from '../../store/database.js';
import { endSession, findLiveKeyById, isSessionEnded } from '../../store/live-sessions.js';
import { BriefMemory } from '../brief-memory.js';
import type { KeyPrincipal } from '../principal.js';
import type { ApiRequest } from '../request.js';
import { SessionTokens } from '../session-tokens.js';

export const SESSION_COOKIE = 'posthorn_console';
/** Sent by the console with everything; its value does not matter. */
export const CONSOLE_HEADER = 'x-posthorn-console';
/** A shift, with a lunch break in it. */
const SESSION_SECONDS = 10 * 3_600;
const TRUSTED_MS = 1_000;
const SESSIONS_REMEMBERED_MAX = 1_000;
const READING_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

interface Session {
  id: string;
  /** The UUID of the key that signed in. */
  keyId: string;
  expiresAt: Date;
}

export class ConsoleSessions {
  private readonly principals = new BriefMemory<KeyPrincipal | undefined>(
    TRUSTED_MS,
    SESSIONS_REMEMBERED_MAX,
  );

  /** @param secure the cookie goes over https only */
  constructor(
    private readonly tokens: SessionTokens,
    private readonly database: Queryable,
    private readonly clock: Clock,
    private readonly secure: boolean,
  ) {}

  /** The cookie that signs its bearer in as this key. */
  async begin(principal: KeyPrincipal): Promise<{ cookie: string; expiresAt: Date }> {
    const expiresAt = new Date(this.clock.nowMs() + SESSION_SECONDS * 1_000);
    const token = await this.tokens.sign('console', {
      subject: toPublicId('key', principal.id),
      id: randomUUID(),
      expiresAt,
    });
    return { cookie: this.cookie(token, SESSION_SECONDS), expiresAt };
  }

  /** Ends the request's session, if it has one; answers the cookie that takes its own away from the browser. */
  async end(request: ApiRequest): Promise<string> {
    const session = await this.read(request);
    if (session !== undefined) {
      await endSession(this.database, session);
      this.principals.forget(session.id);
    }
    return this.cookie('', 0);
  }

  /** Who signed in, or undefined: no cookie, an old one, one that was signed out, a revoked key, or another site behind it. */
  async principalOf(request: ApiRequest): Promise<KeyPrincipal | undefined> {
    const session = await this.read(request);
    if (session === undefined) return undefined;
    if (!READING_METHODS.has(request.method) && request.headers[CONSOLE_HEADER] === undefined)
      return undefined;
    return this.principals.recall(session.id, () => this.load(session));
  }

  async expiryOf(request: ApiRequest): Promise<Date | undefined> {
    return (await this.read(request))?.expiresAt;
  }

  private async read(request: ApiRequest): Promise<Session | undefined> {
    const token = cookieOf(request.headers.cookie);
    if (token === undefined) return undefined;
    const verified = await this.tokens.verify('console', token);
    const keyId = verified && fromPublicId('key', verified.subject);
    return keyId === undefined ? undefined : { id: verified!.id, keyId, expiresAt: verified!.expiresAt };
  }

  private async load({ id, keyId }: Session): Promise<KeyPrincipal | undefined> {
    if (await isSessionEnded(this.database, id)) return undefined;
    const key = await findLiveKeyById(this.database, keyId);
    if (key === undefined) return undefined;
    const { tenantId, tenantExternalId, eventTypes, ...rest } = key;
    return {
      kind: 'key',
      ...rest,
      ...(tenantId !== null && { tenantId, tenantExternalId }),
      ...(eventTypes !== null && { eventTypes }),
    };
  }

  private cookie(value: string, maxAgeSeconds: number): string {
    const secure = this.secure ? '; Secure' : '';
    return `${SESSION_COOKIE}=${value}; Path=/v1; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}${secure}`;
  }
}

function cookieOf(header: string | undefined): string | undefined {
  const prefix = `${SESSION_COOKIE}=`;
  const pair = header?.split(';').find((part) => part.trimStart().startsWith(prefix));
  return pair?.trim().slice(prefix.length) || undefined;
}
