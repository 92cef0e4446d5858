/** The customers of the product. Each is addressed by its id, or by the product's own name for it (`externalId`). */
import { answerOf, type Http, type Schemas } from '../http.js';
import { Listing } from '../listing.js';
import type { operations } from '../schema.js';

export type TenantsQuery = Omit<NonNullable<operations['listTenants']['parameters']['query']>, 'cursor'>;

export class Tenants {
  constructor(private readonly http: Http) {}

  create(tenant: Schemas['CreateTenant']): Promise<Schemas['TenantAnswer']> {
    return answerOf(this.http.POST('/v1/tenants', { body: tenant }));
  }

  get(tenant: string): Promise<Schemas['TenantAnswer']> {
    return answerOf(this.http.GET('/v1/tenants/{tenant}', { params: { path: { tenant } } }));
  }

  list(query: TenantsQuery = {}): Listing<Schemas['TenantAnswer']> {
    return new Listing((cursor) =>
      answerOf(this.http.GET('/v1/tenants', { params: { query: { ...query, cursor } } })),
    );
  }

  update(tenant: string, changes: Schemas['UpdateTenant']): Promise<Schemas['TenantAnswer']> {
    return answerOf(this.http.PATCH('/v1/tenants/{tenant}', { params: { path: { tenant } }, body: changes }));
  }

  async delete(tenant: string): Promise<void> {
    await answerOf(this.http.DELETE('/v1/tenants/{tenant}', { params: { path: { tenant } } }));
  }
}
