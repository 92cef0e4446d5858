/**
 * Which role may call which route, said beside the route. A route that says nothing is refused at start and, should
 * it get past that, at every request: forgetting fails closed.
 */
import { Injectable, RequestMethod, SetMetadata, type OnModuleInit } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { KeyRole } from '../model/api-key.js';
import type { Principal } from './principal.js';

/** `portal:read`: any customer in the portal; `portal:manage`: one who may change things. */
export type Role = KeyRole | 'portal:read' | 'portal:manage';
export type AccessRule = 'public' | readonly Role[];

const ACCESS_RULE = 'posthorn:access_rule';

export const Roles = (...roles: Role[]) => SetMetadata(ACCESS_RULE, roles);
export const Public = () => SetMetadata(ACCESS_RULE, 'public' satisfies AccessRule);

/** The rule of a route's method; undefined when nobody gave it one. */
export function accessRuleOf(handler: object): AccessRule | undefined {
  return Reflect.getMetadata(ACCESS_RULE, handler) as AccessRule | undefined;
}

export function satisfies(principal: Principal, rule: readonly Role[]): boolean {
  if (principal.kind === 'key') return rule.includes(principal.role);
  return rule.includes('portal:read') || (principal.rights === 'manage' && rule.includes('portal:manage'));
}

/** Stops the start when a route of any controller has no rule. */
@Injectable()
export class RouteRulesCheck implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    const missing = this.discovery.getControllers().flatMap(({ metatype }) => {
      const prototype = (metatype as { prototype?: object } | null)?.prototype;
      if (!prototype) return [];
      return this.scanner
        .getAllMethodNames(prototype)
        .filter((name) => isRouteWithoutRule((prototype as Record<string, object>)[name]!))
        .map((name) => `${(metatype as { name: string }).name}.${name}`);
    });
    if (missing.length > 0) throw new Error(`routes without @Roles or @Public: ${missing.join(', ')}`);
  }
}

function isRouteWithoutRule(handler: object): boolean {
  const isRoute =
    Reflect.hasMetadata(PATH_METADATA, handler) &&
    (Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined) !== undefined;
  return isRoute && accessRuleOf(handler) === undefined;
}
