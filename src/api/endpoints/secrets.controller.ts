/** Signing secrets of an endpoint: shown to those who may manage it, and rotated without an interruption. */
import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { publicKeyOf } from '../../model/secret.js';
import type { AuditSource } from '../../store/audit.js';
import { SecretStore, type ShownSecret } from '../../store/secrets.js';
import { TenantStore } from '../../store/tenants.js';
import { EndpointParameter, TenantParameter } from '../parameters.js';
import { bodyRefusals, Refuses } from '../refuses.js';
import { Source, TenantReference } from '../request.js';
import { Roles } from '../roles.js';
import { LiveSecretAnswer, RotateSecret, SecretAnswer } from './secret.dto.js';

@ApiTags('Endpoints')
@TenantParameter()
@EndpointParameter()
@Controller('v1/tenants/:tenant/endpoints/:endpoint/secret')
export class SecretsController {
  constructor(
    private readonly tenants: TenantStore,
    private readonly secrets: SecretStore,
  ) {}

  @Get()
  @Roles('admin', 'portal:manage')
  @ApiOperation({
    operationId: 'getSecret',
    summary: 'Show the signing secret',
    description: 'Each reading is written to the audit log.',
  })
  @ApiOkResponse({
    type: SecretAnswer,
    description: 'The current secret, and the older ones that still sign.',
  })
  @Refuses('tenant_not_found', 'endpoint_not_found')
  async get(
    @TenantReference() reference: string,
    @Param('endpoint') endpoint: string,
    @Source() source: AuditSource,
  ): Promise<SecretAnswer> {
    const { id: tenantId } = await this.tenants.resolveTenant(reference);
    const [current, ...old] = await this.secrets.read(tenantId, endpoint, source);
    return { ...secretAnswer(current!), old: old.map(secretAnswer) };
  }

  @Post('rotate')
  @HttpCode(200)
  @Roles('admin', 'portal:manage')
  @ApiOperation({
    operationId: 'rotateSecret',
    summary: 'Replace the signing secret',
    description:
      'The new secret signs at once. Every older one signs beside it until `expireOldAfterSeconds` have passed, so that receivers can change over in between.',
  })
  @ApiBody({ type: RotateSecret, required: false })
  @ApiOkResponse({ type: LiveSecretAnswer, description: 'The new secret.' })
  @Refuses(...bodyRefusals, 'tenant_not_found', 'endpoint_not_found', 'conflict')
  async rotate(
    @TenantReference() reference: string,
    @Param('endpoint') endpoint: string,
    @Body() body: RotateSecret,
    @Source() source: AuditSource,
  ): Promise<LiveSecretAnswer> {
    const { id: tenantId } = await this.tenants.resolveTenant(reference);
    const { secret, expireOldAfterSeconds } = body;
    return secretAnswer(
      await this.secrets.rotate(tenantId, endpoint, secret, expireOldAfterSeconds!, source),
    );
  }
}

function secretAnswer({ secret, createdAt, expiresAt }: ShownSecret): LiveSecretAnswer {
  return { secret, publicKey: publicKeyOf(secret) ?? null, createdAt, expiresAt };
}
