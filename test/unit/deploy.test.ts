/**
 * What operators are given besides the program. Nothing here can be started in a test, so each is read and held against what it
 * must agree with: settings that exist, files that are there, answers to signals and probes.
 */
import { existsSync, readFileSync } from 'node:fs';
import { CORE_SCHEMA, load, mergeTag } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { variables } from '../../src/config.js';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const known = new Set<string>([...Object.values(variables).map((variable) => variable.name), 'NODE_ENV']);

interface Service {
  image: string;
  environment?: Record<string, string>;
  command?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  profiles?: string[];
  volumes?: string[];
  stop_grace_period?: string;
}
interface Compose {
  services: Record<string, Service>;
}

describe('docker-compose.yml', () => {
  const { services } = load(read('docker-compose.yml'), {
    schema: CORE_SCHEMA.withTags(mergeTag),
  }) as Compose;

  it('runs API and dispatcher apart, with settings that exist, after their database and Redis are healthy', () => {
    for (const role of ['api', 'dispatcher']) {
      const service = services[role]!;
      expect(service.environment?.ROLE).toBe(role);
      expect(Object.keys(service.environment ?? {}).filter((name) => !known.has(name))).toEqual([]);
      for (const needed of ['postgres', 'redis']) {
        expect(service.depends_on?.[needed]?.condition).toBe('service_healthy');
        expect(services[needed]?.healthcheck).toBeDefined();
      }
      // A colon in a script turns it into a mapping unless it is quoted, which only Docker would notice.
      for (const word of service.healthcheck!.test) expect(word).toBeTypeOf('string');
      expect(service.healthcheck?.test.join(' ')).toContain('/readyz');
      expect(Number.parseInt(service.stop_grace_period!, 10) * 1000).toBeGreaterThan(
        Number(variables.shutdownGraceMs.fallback),
      );
    }
  });

  it('lets Redis evict nothing', () => {
    expect(services.redis?.command?.join(' ')).toContain('--maxmemory-policy noeviction');
  });

  it('has no secret of its own: each must be given', () => {
    const secrets = read('docker-compose.yml').match(
      /\$\{(POSTGRES_PASSWORD|ENCRYPTION_KEY|ADMIN_API_KEY|METRICS_TOKEN)[^}]*\}/g,
    );
    expect(secrets?.every((secret) => secret.includes(':?'))).toBe(true);
    const example = read('deploy/compose.env.example');
    for (const [, name] of read('docker-compose.yml').matchAll(/\$\{(\w+):\?/g))
      expect(example).toContain(`${name}=`);
  });

  it('mounts only what is there, and monitoring only when asked', () => {
    for (const service of Object.values(services)) {
      for (const mount of service.volumes ?? []) {
        const [source = ''] = mount.split(':');
        if (source.startsWith('./')) expect(existsSync(new URL(source, root)), source).toBe(true);
      }
    }
    expect(services.prometheus?.profiles).toEqual(['monitoring']);
    expect(services.grafana?.profiles).toEqual(['monitoring']);
  });
});

describe('Dockerfile', () => {
  const dockerfile = read('Dockerfile');

  it('runs as somebody who is not root, and copies only what is built', () => {
    expect(dockerfile).toMatch(/^USER 1000:1000$/m);
    expect(dockerfile.indexOf('USER 1000')).toBeLessThan(dockerfile.indexOf('CMD ["node", "--enable'));
    expect(dockerfile).not.toMatch(/COPY --from=build \/app\/(node_modules|src|test)/);
  });

  it('asks the health that the program answers', () => {
    expect(dockerfile).toMatch(/HEALTHCHECK[^]*\/healthz/);
  });

  it('leaves out of its context what building does not need', () => {
    const ignored = read('.dockerignore').split('\n');
    for (const path of ['.git', '**/node_modules', '**/dist', 'test']) expect(ignored).toContain(path);
    for (const needed of ['src', 'migrations', 'dev', 'console', 'package-lock.json'])
      expect(ignored).not.toContain(needed);
  });
});

describe('the systemd unit', () => {
  const unit = read('deploy/systemd/posthorn@.service');

  it('drains for longer than the program does, and is not root', () => {
    expect(Number(/TimeoutStopSec=(\d+)/.exec(unit)![1]) * 1000).toBeGreaterThan(
      Number(variables.shutdownGraceMs.fallback),
    );
    expect(unit).toContain('User=posthorn');
    expect(unit).toContain('KillSignal=SIGTERM');
  });
});
