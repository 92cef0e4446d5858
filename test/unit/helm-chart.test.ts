/**
 * The Helm chart. Where `helm` is installed it is linted and rendered with everything switched on; everywhere, its text is held
 * against its own values: a template that asks for a value nobody declares renders to nothing, silently.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { load, loadAll } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { variables } from '../../src/config.js';

const chart = new URL('../../deploy/helm/posthorn/', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, chart), 'utf8');
const templates = readdirSync(new URL('templates', chart)).map(
  (file) => [file, read(`templates/${file}`)] as const,
);
const values = load(read('values.yaml')) as Record<string, unknown>;

function valueAt(path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], values);
}

describe('the chart’s text', () => {
  it.each(templates)('%s asks only for values that are declared', (_, text) => {
    for (const [, path] of text.matchAll(/\.Values\.([\w.]+)/g)) expect(valueAt(path!), path).toBeDefined();
    for (const [, path] of text.matchAll(/\$values\.([\w.]+)/g)) {
      expect(valueAt(`api.${path}`), path).toBeDefined();
      expect(valueAt(`dispatcher.${path}`), path).toBeDefined();
    }
  });

  it.each(templates)('%s closes what it opens', (_, text) => {
    const opened = text.match(/\{\{-?\s*(if|with|range|define)\b/g)?.length ?? 0;
    const closed = text.match(/\{\{-?\s*end\b/g)?.length ?? 0;
    expect(closed).toBe(opened);
  });

  it('sets only variables that Posthorn knows', () => {
    const known = new Set<string>(Object.values(variables).map((variable) => variable.name));
    const set = templates.flatMap(([, text]) =>
      [...text.matchAll(/\{ name: ([A-Z_]+), value:/g)].map(([, name]) => name!),
    );
    expect([...set, ...Object.keys(values.env as object)].filter((name) => !known.has(name))).toEqual([]);
  });
});

const helm = process.env.HELM ?? 'helm';
const hasHelm = spawnSync(helm, ['version'], { stdio: 'ignore' }).status === 0;

interface Manifest {
  kind: string;
  metadata: { name: string; labels: Record<string, string> };
  spec: {
    selector: Record<string, string> & { matchLabels: Record<string, string> };
    template: {
      metadata: { labels: Record<string, string> };
      spec: {
        containers: {
          env: { name: string; value: string }[];
          readinessProbe: { httpGet: { path: string } };
        }[];
      };
    };
    metrics: { external: { metric: { name: string } } }[];
  };
}

describe.runIf(hasHelm)('the chart, rendered', () => {
  const everything = [
    'existingSecret=s,api.autoscaling.enabled=true,dispatcher.autoscaling.enabled=true,ingress.enabled=true',
    'ingress.tlsSecret=t,serviceMonitor.enabled=true,export.existingClaim=c',
  ].flatMap((set) => ['--set', set]);

  function render(...args: string[]): { status: number | null; manifests: Manifest[]; error: string } {
    const { status, stdout, stderr } = spawnSync(
      helm,
      ['template', 'posthorn', fileURLToPath(chart), '--kube-version', '1.31.0', ...args],
      { encoding: 'utf8' },
    );
    return {
      status,
      manifests: (loadAll(stdout) as (Manifest | null)[]).filter((one) => one !== null),
      error: stderr,
    };
  }

  it('is refused without a secret', () => {
    expect(render().error).toContain('existingSecret is required');
  });

  it('runs API and dispatchers apart, each with a budget and an autoscaler', () => {
    const { manifests } = render(...everything);
    const named = (kind: string): string[] =>
      manifests
        .filter((one) => one.kind === kind)
        .map((one) => one.metadata.name)
        .sort();
    const both = ['posthorn-api', 'posthorn-dispatcher'];
    expect(named('Deployment')).toEqual(both);
    expect(named('PodDisruptionBudget')).toEqual(both);
    expect(named('HorizontalPodAutoscaler')).toEqual(both);
    for (const deployment of manifests.filter((one) => one.kind === 'Deployment')) {
      const [container] = deployment.spec.template.spec.containers;
      expect(container!.env).toContainEqual({
        name: 'ROLE',
        value: deployment.metadata.name.slice('posthorn-'.length),
      });
      expect(container!.readinessProbe.httpGet.path).toBe('/readyz');
      expect(deployment.spec.template.metadata.labels).toMatchObject(deployment.spec.selector.matchLabels);
    }
  });

  it('sends requests to APIs alone', () => {
    const service = render(...everything).manifests.find(
      (one) => one.kind === 'Service' && one.metadata.name === 'posthorn',
    )!;
    expect(service.spec.selector['app.kubernetes.io/component']).toBe('api');
  });
});
