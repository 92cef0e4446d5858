/** Keys to this API. */
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { toPublicId } from '../../model/id.js';
import { ApiKeyStore } from '../../store/api-keys.js';
import type { AuditSource } from '../../store/audit.js';
import { DatabaseClock } from '../../store/clock.js';
import type { ApiKeyEntity } from '../../store/entities/api-key.entity.js';
import { TenantStore } from '../../store/tenants.js';
import { KeyRing } from '../key-ring.js';
import { PageQuery } from '../page.dto.js';
import { PagePosition } from '../pagination.js';
import { bodyRefusals, Refuses } from '../refuses.js';
import { Source } from '../request.js';
import { Roles } from '../roles.js';
import { checkNewKey } from './api-key-checks.js';
import { ApiKeyAnswer, ApiKeyPage, CreateApiKey, NewApiKeyAnswer } from './api-key.dto.js';

const KeyParameter = () =>
  ApiParam({ name: 'key', description: 'The key’s id.', example: 'key_019ab1c2d3e47f508192a3b4c5d6e7f8' });

@ApiTags('API keys')
@Controller('v1/api-keys')
export class ApiKeysController {
  constructor(
    private readonly keys: ApiKeyStore,
    private readonly tenants: TenantStore,
    private readonly keyRing: KeyRing,
    private readonly clock: DatabaseClock,
  ) {}

  @Post()
  @Roles('admin')
  @ApiOperation({ operationId: 'createApiKey', summary: 'Make an API key' })
  @ApiCreatedResponse({ type: NewApiKeyAnswer, description: 'The key, shown this once.' })
  @Refuses(...bodyRefusals, 'tenant_not_found')
  async create(@Body() body: CreateApiKey, @Source() source: AuditSource): Promise<NewApiKeyAnswer> {
    checkNewKey(body, this.clock.nowMs());
    const { name, role, tenantId = null, eventTypes = null, expiresAt = null, payloadAccess = true } = body;
    const fields = {
      name,
      role,
      tenantId: tenantId === null ? null : (await this.tenants.resolveTenant(tenantId)).id,
      eventTypes,
      payloadAccess,
      expiresAt: expiresAt === null ? null : new Date(expiresAt),
    };
    const made = await this.keys.create(fields, source);
    return { ...apiKeyAnswer(made), key: made.key };
  }

  @Get()
  @Roles('admin')
  @ApiOperation({ operationId: 'listApiKeys', summary: 'List API keys, newest first, revoked ones included' })
  @ApiOkResponse({ type: ApiKeyPage, description: 'A page of keys, without the keys themselves.' })
  @Refuses('validation_failed', 'cursor_invalid')
  async list(@Query() query: PageQuery): Promise<ApiKeyPage> {
    const position = new PagePosition('api-keys');
    const rows = await this.keys.list({ before: position.before(query.cursor), limit: query.limit + 1 });
    return position.page(rows, query.limit, apiKeyAnswer);
  }

  @Get(':key')
  @KeyParameter()
  @Roles('admin')
  @ApiOperation({ operationId: 'getApiKey', summary: 'Show what is known of an API key' })
  @ApiOkResponse({ type: ApiKeyAnswer, description: 'The key, without the key itself.' })
  @Refuses('api_key_not_found')
  async get(@Param('key') key: string): Promise<ApiKeyAnswer> {
    return apiKeyAnswer(await this.keys.get(key));
  }

  @Delete(':key')
  @KeyParameter()
  @HttpCode(204)
  @Roles('admin')
  @ApiOperation({
    operationId: 'revokeApiKey',
    summary: 'Revoke an API key',
    description:
      'At once in this process, within a second in every other. It stays in the list. The last admin key cannot be revoked.',
  })
  @ApiNoContentResponse({ description: 'It is revoked.' })
  @Refuses('api_key_not_found', 'conflict')
  async revoke(@Param('key') key: string, @Source() source: AuditSource): Promise<void> {
    await this.keys.revoke(key, source);
    this.keyRing.forgetAll();
  }
}

function apiKeyAnswer(key: ApiKeyEntity): ApiKeyAnswer {
  return {
    id: toPublicId('key', key.id),
    name: key.name,
    role: key.role,
    hint: key.hint,
    tenantId: key.tenantId === null ? null : toPublicId('ten', key.tenantId),
    eventTypes: key.eventTypes,
    payloadAccess: key.payloadAccess,
    expiresAt: key.expiresAt,
    lastUsedAt: key.lastUsedAt,
    revokedAt: key.revokedAt,
    createdAt: key.createdAt,
  };
}
