/** Where a tenant wants its events to be sent. The secret of a new endpoint is in the answer to `create`. */
import { answerOf, type Http, type Schemas } from '../http.js';
import { Listing } from '../listing.js';
import type { operations } from '../schema.js';

export type EndpointsQuery = Omit<NonNullable<operations['listEndpoints']['parameters']['query']>, 'cursor'>;
export type StatsQuery = NonNullable<operations['getEndpointStats']['parameters']['query']>;

export class Endpoints {
  constructor(private readonly http: Http) {}

  create(tenant: string, endpoint: Schemas['CreateEndpoint']): Promise<Schemas['NewEndpointAnswer']> {
    return answerOf(
      this.http.POST('/v1/tenants/{tenant}/endpoints', { params: { path: { tenant } }, body: endpoint }),
    );
  }

  get(tenant: string, endpoint: string): Promise<Schemas['EndpointAnswer']> {
    return answerOf(
      this.http.GET('/v1/tenants/{tenant}/endpoints/{endpoint}', { params: { path: { tenant, endpoint } } }),
    );
  }

  list(tenant: string, query: EndpointsQuery = {}): Listing<Schemas['EndpointAnswer']> {
    return new Listing((cursor) =>
      answerOf(
        this.http.GET('/v1/tenants/{tenant}/endpoints', {
          params: { path: { tenant }, query: { ...query, cursor } },
        }),
      ),
    );
  }

  update(
    tenant: string,
    endpoint: string,
    changes: Schemas['UpdateEndpoint'],
  ): Promise<Schemas['EndpointAnswer']> {
    return answerOf(
      this.http.PATCH('/v1/tenants/{tenant}/endpoints/{endpoint}', {
        params: { path: { tenant, endpoint } },
        body: changes,
      }),
    );
  }

  async delete(tenant: string, endpoint: string): Promise<void> {
    await answerOf(
      this.http.DELETE('/v1/tenants/{tenant}/endpoints/{endpoint}', {
        params: { path: { tenant, endpoint } },
      }),
    );
  }

  /** The old secret keeps signing beside the new one for a while. */
  rotateSecret(
    tenant: string,
    endpoint: string,
    options: Schemas['RotateSecret'] = {},
  ): Promise<Schemas['LiveSecretAnswer']> {
    return answerOf(
      this.http.POST('/v1/tenants/{tenant}/endpoints/{endpoint}/secret/rotate', {
        params: { path: { tenant, endpoint } },
        body: options,
      }),
    );
  }

  /** Sends the event type's example to this endpoint alone, marked as a test. */
  sendTest(
    tenant: string,
    endpoint: string,
    options: Schemas['SendTest'] = {},
  ): Promise<Schemas['DeliveryDetailsAnswer']> {
    return answerOf(
      this.http.POST('/v1/tenants/{tenant}/endpoints/{endpoint}/test', {
        params: { path: { tenant, endpoint } },
        body: options,
      }),
    );
  }

  stats(tenant: string, endpoint: string, query: StatsQuery = {}): Promise<Schemas['EndpointStatsAnswer']> {
    return answerOf(
      this.http.GET('/v1/tenants/{tenant}/endpoints/{endpoint}/stats', {
        params: { path: { tenant, endpoint }, query },
      }),
    );
  }
}
