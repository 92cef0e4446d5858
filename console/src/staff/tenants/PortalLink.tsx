/** A link that lets a customer in, for a while. */
import { Button, Select } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../api/problem.js';
import { useFace } from '../../face/face.js';
import { CodeBlock } from '../../kit/Json.js';
import { Moment } from '../../kit/Moment.js';

export function PortalLink({ tenantId }: { tenantId: string }) {
  const { client, can } = useFace();
  const [rights, setRights] = useState<'read' | 'manage'>(can.manage ? 'manage' : 'read');
  const make = useMutation({
    mutationFn: () =>
      client.send<{ url: string; expiresAt: string }>('POST', `/v1/tenants/${tenantId}/portal-sessions`, {
        rights,
      }),
  });
  return (
    <div className="stack">
      <div className="dim">
        Whoever opens the link sees this tenant’s endpoints and deliveries. Your own product makes such links
        with <code>POST /v1/tenants/…/portal-sessions</code>.
      </div>
      {can.manage && (
        <Select
          label="Rights"
          data={[
            { value: 'manage', label: 'Manage endpoints, replay' },
            { value: 'read', label: 'Read only' },
          ]}
          value={rights}
          onChange={(value) => setRights(value === 'read' ? 'read' : 'manage')}
          allowDeselect={false}
        />
      )}
      {make.data && (
        <>
          <CodeBlock text={make.data.url} label="portal link" />
          <div className="dim">
            Works until <Moment at={make.data.expiresAt} as="full" />. Before that, it ends only with the API
            key that made it.
          </div>
        </>
      )}
      {make.error && (
        <div className="note note-bad" role="alert">
          {messageOf(make.error)}
        </div>
      )}
      <div className="row-end">
        {make.data && (
          <Button variant="default" component="a" href={make.data.url} target="_blank" rel="noreferrer">
            Open
          </Button>
        )}
        <Button loading={make.isPending} onClick={() => make.mutate()}>
          Make link
        </Button>
      </div>
    </div>
  );
}
