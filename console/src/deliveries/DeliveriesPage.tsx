/** The delivery log: what was owed to whom, and what became of it. Filters are in the URL, so that a link can be shared. */
import { Button } from '@mantine/core';
import { Send } from 'lucide-react';
import { useList } from '../api/list.js';
import type { Delivery } from '../api/types.js';
import { useFace } from '../face/face.js';
import { useFilters } from '../face/search.js';
import { AppLink } from '../kit/AppLink.js';
import { Page } from '../kit/Page.js';
import { Empty } from '../kit/States.js';
import { DeliveryFilters } from './DeliveryFilters.js';
import { DeliveryTable } from './DeliveryTable.js';
import { filterQuery, isFiltered } from './filter.js';

export default function DeliveriesPage() {
  const { can, kind } = useFace();
  const [filters, change] = useFilters();
  const list = useList<Delivery>('/v1/deliveries', filterQuery(filters), { live: true });
  return (
    <Page
      title="Deliveries"
      about={
        kind === 'staff'
          ? 'What was owed to every endpoint, newest first.'
          : 'What was sent to your endpoints, newest first.'
      }
      actions={
        can.replay && (
          <AppLink to="/replays" search={{ ...filters, new: '1' }}>
            <Button variant="default" component="span">
              Replay these …
            </Button>
          </AppLink>
        )
      }
    >
      <DeliveryFilters filters={filters} onChange={change} />
      <section className="panel">
        <DeliveryTable
          list={list}
          empty={
            isFiltered(filters) ? (
              <Empty icon={Send} title="No delivery fits these filters">
                Take one away, or look at a longer time.
              </Empty>
            ) : (
              <Empty icon={Send} title="Nothing has been delivered yet">
                {kind === 'staff'
                  ? 'Emit an event for a tenant that has an endpoint; its deliveries appear here.'
                  : 'Once something happens, or you send a test event to an endpoint, it appears here.'}
              </Empty>
            )
          }
        />
      </section>
    </Page>
  );
}
