/** From an endpoint's public id to its row, within one tenant: another tenant's endpoint is not there. */
import { IsNull, type EntityManager } from 'typeorm';
import { PosthornError } from '../errors.js';
import { fromPublicId } from '../model/id.js';
import { EndpointEntity } from './entities/endpoint.entity.js';

/** @throws PosthornError `endpoint_not_found`, also for what is no id at all */
export function endpointUuid(publicId: string): string {
  const id = fromPublicId('ep', publicId);
  if (id === undefined) throw new PosthornError('endpoint_not_found');
  return id;
}

/** @throws PosthornError `endpoint_not_found` */
export async function findEndpoint(
  entities: EntityManager,
  tenantId: string,
  id: string,
): Promise<EndpointEntity> {
  const endpoint = await entities.findOneBy(EndpointEntity, { id, tenantId, deletedAt: IsNull() });
  if (endpoint === null) throw new PosthornError('endpoint_not_found');
  return endpoint;
}
