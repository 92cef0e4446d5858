/** What one can do with an endpoint. */
import { Button, Menu } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Endpoint } from '../api/types.js';
import { useFace } from '../face/face.js';
import { useGo } from '../face/path.js';
import { Confirm } from '../kit/Confirm.js';
import { useSay } from '../kit/Messages.js';
import { SendTest } from './SendTest.js';

export function EndpointActions({ endpoint, onEdit }: { endpoint: Endpoint; onEdit: () => void }) {
  const { client, can, kind } = useFace();
  const queries = useQueryClient();
  const go = useGo();
  const say = useSay();
  const [asking, setAsking] = useState(false);
  const list = `/v1/tenants/${endpoint.tenantId}/endpoints`;
  const path = `${list}/${endpoint.id}`;
  const toggle = useMutation({
    mutationFn: () => client.send<Endpoint>('PATCH', path, { disabled: !endpoint.disabled }),
    onSuccess: (changed) => {
      queries.setQueryData(['endpoint', endpoint.id], changed);
      say.done(changed.disabled ? 'Disabled: nothing is sent to it.' : 'Enabled: what waited is being sent.');
    },
    onError: say.failed,
  });
  const remove = useMutation({
    mutationFn: () => client.send('DELETE', path),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [list] });
      go(kind === 'staff' ? `/tenants/${endpoint.tenantId}` : '/');
    },
    onError: say.failed,
  });
  return (
    <>
      {can.replay && !endpoint.disabled && <SendTest endpoint={endpoint} />}
      {can.manage && (
        <Button variant="default" onClick={onEdit}>
          Edit
        </Button>
      )}
      {can.manage && (
        <Button
          variant={endpoint.disabled ? 'filled' : 'default'}
          loading={toggle.isPending}
          onClick={() => toggle.mutate()}
        >
          {endpoint.disabled ? 'Enable' : 'Disable'}
        </Button>
      )}
      {can.replay && (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default">More</Button>
          </Menu.Target>
          <Menu.Dropdown>
            <>
              <Menu.Item
                onClick={() => go('/replays', { endpoint: endpoint.id, status: 'failed', new: '1' })}
              >
                Replay what failed …
              </Menu.Item>
              <Menu.Item
                onClick={() =>
                  go('/replays', { endpoint: endpoint.id, missing: '1', after: '24h', new: '1' })
                }
              >
                Recover what was missed …
              </Menu.Item>
            </>
            {can.manage && (
              <Menu.Item color="red" onClick={() => setAsking(true)}>
                Delete endpoint …
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
      <Confirm
        opened={asking}
        title="Delete this endpoint?"
        act="Delete endpoint"
        busy={remove.isPending}
        onAct={() => remove.mutate()}
        onClose={() => setAsking(false)}
      >
        What is pending for it is canceled. To stop for a while only, disable it instead.
      </Confirm>
    </>
  );
}
