/** Every metric that a dashboard, an alert or the chart names must really exist; every alert must have its page in the docs. */
import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY } from '../support/environment.js';
import { startTestPosthorn, type TestPosthorn } from '../support/posthorn.js';
import { waitFor } from '../support/wait-for.js';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

let posthorn: TestPosthorn;
let names: Set<string>;

beforeAll(async () => {
  posthorn = await startTestPosthorn();
  const text = await waitFor(
    async () => {
      const response = await fetch(`${posthorn.url}/metrics`, {
        headers: { authorization: `Bearer ${ADMIN_KEY}` },
      });
      const scraped = await response.text();
      return scraped.includes('posthorn_dispatchers ') && scraped;
    },
    { what: 'the installation’s figures' },
  );
  names = new Set();
  for (const [, name, type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    names.add(name!);
    if (type === 'histogram') for (const suffix of ['bucket', 'sum', 'count']) names.add(`${name}_${suffix}`);
  }
});
afterAll(() => posthorn.close());

function metricsIn(expressions: string[]): string[] {
  const found = expressions.flatMap(
    (expression) => expression.match(/\b(posthorn|nodejs|process)_[a-z0-9_]+/g) ?? [],
  );
  return [...new Set(found)];
}

interface Alert {
  alert: string;
  expr: string;
  annotations: { runbook: string };
  labels: { severity: string };
}

describe('ops/', () => {
  const alerts = (load(read('ops/prometheus/alerts.yml')) as { groups: { rules: Alert[] }[] }).groups.flatMap(
    (group) => group.rules,
  );
  const dashboard = JSON.parse(read('ops/grafana/dashboards/posthorn.json')) as {
    panels: { targets?: { expr: string }[] }[];
  };

  it('alerts name only metrics that exist', () => {
    const used = metricsIn(alerts.map((alert) => alert.expr));
    expect(used.length).toBeGreaterThan(10);
    expect(used.filter((name) => !names.has(name))).toEqual([]);
  });

  it('alerts each say in docs/operations.md what to do', () => {
    const headings = [...read('docs/operations.md').matchAll(/^#+ (\w+)$/gm)].map(([, heading]) =>
      heading!.toLowerCase(),
    );
    for (const alert of alerts) {
      expect(alert.annotations.runbook).toBe(`docs/operations.md#${alert.alert.toLowerCase()}`);
      expect(headings).toContain(alert.alert.toLowerCase());
      expect(['page', 'ticket']).toContain(alert.labels.severity);
    }
  });

  it('the dashboard names only metrics that exist', () => {
    const used = metricsIn(
      dashboard.panels.flatMap((panel) => panel.targets ?? []).map((target) => target.expr),
    );
    expect(used.length).toBeGreaterThan(25);
    expect(used.filter((name) => !names.has(name))).toEqual([]);
  });

  it('every metric of ours is in docs/operations.md, and the chart scales on one that exists', () => {
    const documented = read('docs/operations.md');
    const ours = [...names].filter(
      (name) => name.startsWith('posthorn_') && !/_(bucket|sum|count)$/.test(name),
    );
    expect(ours.filter((name) => !documented.includes(`\`${name}\``))).toEqual([]);
    const values = load(read('deploy/helm/posthorn/values.yaml')) as {
      dispatcher: { autoscaling: { metric: string } };
    };
    expect(names).toContain(values.dispatcher.autoscaling.metric);
  });
});
