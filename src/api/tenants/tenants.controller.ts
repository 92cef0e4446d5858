/** Tenants: the customers of the product. `:tenant` is an id or an externalId, here and everywhere. */
import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { AuditSource } from '../../store/audit.js';
import { DeliveryCanceler } from '../../store/endpoint-deletion.js';
import { TenantStore } from '../../store/tenants.js';
import { KeyRing } from '../key-ring.js';
import { PagePosition } from '../pagination.js';
import type { Principal } from '../principal.js';
import { bodyRefusals, Refuses } from '../refuses.js';
import { Caller, Source, TenantReference } from '../request.js';
import { Roles } from '../roles.js';
import { TenantParameter } from '../parameters.js';
import { newTenant, tenantAnswer } from './tenant-mapping.js';
import { CreateTenant, TenantAnswer, TenantPage, TenantQuery, UpdateTenant } from './tenant.dto.js';

@ApiTags('Tenants')
@Controller('v1/tenants')
export class TenantsController {
  constructor(
    private readonly tenants: TenantStore,
    private readonly canceler: DeliveryCanceler,
    private readonly keyRing: KeyRing,
  ) {}

  @Post()
  @Roles('admin')
  @ApiOperation({ operationId: 'createTenant', summary: 'Register a tenant' })
  @ApiCreatedResponse({ type: TenantAnswer, description: 'The tenant.' })
  @Refuses(...bodyRefusals, 'conflict')
  async create(@Body() body: CreateTenant, @Source() source: AuditSource): Promise<TenantAnswer> {
    return tenantAnswer(await this.tenants.create(newTenant(body), source));
  }

  @Get()
  @Roles('admin', 'support')
  @ApiOperation({ operationId: 'listTenants', summary: 'List tenants, newest first' })
  @ApiOkResponse({ type: TenantPage, description: 'A page of tenants.' })
  @Refuses('validation_failed', 'cursor_invalid')
  async list(@Query() query: TenantQuery, @Caller() caller: Principal): Promise<TenantPage> {
    const { limit, cursor, search } = query;
    const position = new PagePosition('tenants', { search });
    const page = { before: position.before(cursor), only: caller.tenantId };
    if (search === undefined) {
      return position.page(await this.tenants.list({ ...page, limit: limit + 1 }), limit, tenantAnswer);
    }
    const { rows, next } = await this.tenants.search(search, { ...page, limit });
    return { data: rows.map(tenantAnswer), nextCursor: next === null ? null : position.cursorAfter(next) };
  }

  @Get(':tenant')
  @TenantParameter()
  @Roles('admin', 'support', 'portal:read')
  @ApiOperation({ operationId: 'getTenant', summary: 'Show a tenant' })
  @ApiOkResponse({ type: TenantAnswer, description: 'The tenant.' })
  @Refuses('tenant_not_found')
  async get(@TenantReference() tenant: string): Promise<TenantAnswer> {
    return tenantAnswer(await this.tenants.resolveTenant(tenant));
  }

  @Patch(':tenant')
  @TenantParameter()
  @Roles('admin')
  @ApiOperation({ operationId: 'updateTenant', summary: 'Change a tenant' })
  @ApiOkResponse({ type: TenantAnswer, description: 'The tenant as it is now.' })
  @Refuses(...bodyRefusals, 'tenant_not_found', 'conflict')
  async update(
    @TenantReference() tenant: string,
    @Body() body: UpdateTenant,
    @Source() source: AuditSource,
  ): Promise<TenantAnswer> {
    return tenantAnswer(await this.tenants.update(tenant, body, source));
  }

  @Delete(':tenant')
  @TenantParameter()
  @HttpCode(204)
  @Roles('admin')
  @ApiOperation({
    operationId: 'deleteTenant',
    summary: 'Delete a tenant',
    description:
      'Deletes its endpoints, revokes its keys and cancels what is still owed to it. Its events and deliveries stay in the log until they are too old. The externalId is free again.',
  })
  @ApiNoContentResponse({
    description: 'It is deleted. With many deliveries, canceling them goes on for a while.',
  })
  @Refuses('tenant_not_found')
  async delete(@TenantReference() tenant: string, @Source() source: AuditSource): Promise<void> {
    const { id } = await this.tenants.delete(tenant, source);
    this.keyRing.forgetAll();
    await this.canceler.cancel({ tenantId: id });
  }
}
