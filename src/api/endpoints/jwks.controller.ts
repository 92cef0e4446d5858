/** The public keys of an endpoint as a JSON Web Key Set, for receivers whose libraries take that. */
import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { publicJwkOf } from '../../model/secret.js';
import { SecretStore } from '../../store/secrets.js';
import { TenantStore } from '../../store/tenants.js';
import { EndpointParameter, TenantParameter } from '../parameters.js';
import { Refuses } from '../refuses.js';
import { TenantReference } from '../request.js';
import { Roles } from '../roles.js';
import { JsonWebKeySet } from './jwks.dto.js';

@ApiTags('Endpoints')
@TenantParameter()
@EndpointParameter()
@Controller('v1/tenants/:tenant/endpoints/:endpoint/jwks.json')
export class JwksController {
  constructor(
    private readonly tenants: TenantStore,
    private readonly secrets: SecretStore,
  ) {}

  @Get()
  @Roles('admin', 'support', 'portal:read')
  @ApiOperation({
    operationId: 'getJwks',
    summary: 'Show the public keys as a JSON Web Key Set',
    description:
      'Of an ed25519 endpoint: every key that signs, the current one first; during a rotation there are several. Empty for HMAC, whose secrets are nobody else’s. Nothing in it is secret: fetch it once and keep it, and fetch it again when no key fits.',
  })
  @ApiOkResponse({ type: JsonWebKeySet, description: 'The key set.' })
  @Refuses('tenant_not_found', 'endpoint_not_found')
  async get(
    @TenantReference() reference: string,
    @Param('endpoint') endpoint: string,
  ): Promise<JsonWebKeySet> {
    const { id: tenantId } = await this.tenants.resolveTenant(reference);
    const secrets = await this.secrets.readForPublicKeys(tenantId, endpoint);
    return { keys: secrets.flatMap(({ secret }) => publicJwkOf(secret) ?? []) };
  }
}
