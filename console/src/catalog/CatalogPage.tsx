/** All event types that are public, by their groups. */
import { Button } from '@mantine/core';
import { Tags } from 'lucide-react';
import { useList } from '../api/list.js';
import type { PublicEventTypeSummary } from '../api/types.js';
import { AppLink } from '../kit/AppLink.js';
import { Clamped } from '../kit/Clamped.js';
import { Page, Panel } from '../kit/Page.js';
import { Empty, Failure, Loading } from '../kit/States.js';

export default function CatalogPage() {
  const list = useList<PublicEventTypeSummary>('/v1/catalog', {}, { limit: 200 });
  return (
    <Page title="Event types" about="What you can be told of by webhook, and what each of them carries.">
      {list.isLoading && <Loading />}
      {list.error !== null && list.rows.length === 0 && <Failure error={list.error} retry={list.retry} />}
      {!list.isLoading && list.error === null && list.rows.length === 0 && (
        <section className="panel">
          <Empty icon={Tags} title="The catalog is empty">
            Nothing has been documented yet.
          </Empty>
        </section>
      )}
      {[...grouped(list.rows)].map(([group, types]) => (
        <Panel key={group} title={group === '' ? 'Others' : <Clamped text={group} lines={1} />} flush>
          <ul className="entries">
            {types.map(({ name, description, version }) => (
              <li key={name}>
                <AppLink to={`/${encodeURIComponent(name)}`} className="entry">
                  <span className="row">
                    <code style={{ fontWeight: 500, overflowWrap: 'anywhere' }}>{name}</code>
                    {version !== null && <span className="dim small">version {version}</span>}
                  </span>
                  <span className="dim">
                    <Clamped text={description} />
                  </span>
                </AppLink>
              </li>
            ))}
          </ul>
        </Panel>
      ))}
      {list.hasMore && (
        <div className="row-end">
          <Button variant="default" onClick={list.more} loading={list.isSearching}>
            Show more
          </Button>
        </div>
      )}
    </Page>
  );
}

/** Groups and their types by name; what is in no group comes last. */
function grouped(types: PublicEventTypeSummary[]): Map<string, PublicEventTypeSummary[]> {
  const inOrder = [...types].sort(
    (one, other) =>
      Number(one.group === null) - Number(other.group === null) ||
      (one.group ?? '').localeCompare(other.group ?? '') ||
      one.name.localeCompare(other.name),
  );
  const groups = new Map<string, PublicEventTypeSummary[]>();
  for (const type of inOrder) {
    const group = type.group ?? '';
    groups.set(group, [...(groups.get(group) ?? []), type]);
  }
  return groups;
}
