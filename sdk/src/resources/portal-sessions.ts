/** Links with which customers see to their own endpoints, and tokens to do the same by the API. */
import { answerOf, type Http, type Schemas } from '../http.js';

export class PortalSessions {
  constructor(private readonly http: Http) {}

  create(
    tenant: string,
    session: Schemas['CreatePortalSession'] = {},
  ): Promise<Schemas['PortalSessionAnswer']> {
    return answerOf(
      this.http.POST('/v1/tenants/{tenant}/portal-sessions', { params: { path: { tenant } }, body: session }),
    );
  }
}
