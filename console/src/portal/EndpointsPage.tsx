/** Where a customer begins: its endpoints. */
import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { EndpointForm } from '../endpoints/EndpointForm.js';
import { EndpointList } from '../endpoints/EndpointList.js';
import { ListenersPanel } from '../endpoints/ListenersPanel.js';
import { useFace } from '../face/face.js';
import { Page } from '../kit/Page.js';
import { usePortalSession } from './session.js';
import { keptToken } from './token.js';

export default function EndpointsPage() {
  const { can } = useFace();
  const { tenant } = usePortalSession();
  const [adding, setAdding] = useState(false);
  return (
    <Page
      title="Endpoints"
      about="Where you are told of what happens."
      actions={can.manage && <Button onClick={() => setAdding(true)}>Add endpoint</Button>}
    >
      <section className="panel">
        <EndpointList tenantId={tenant.id} />
      </section>
      <ListenersPanel tenantId={tenant.id} command={{ key: keptToken() }} />
      <Modal opened={adding} onClose={() => setAdding(false)} title="Add endpoint" size="lg">
        <EndpointForm tenantId={tenant.id} onDone={() => setAdding(false)} />
      </Modal>
    </Page>
  );
}
