/** Who may speak with the API. */
import { Button, Modal } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { useList } from '../../api/list.js';
import type { ApiKey } from '../../api/types.js';
import { useFace } from '../../face/face.js';
import { useLabels } from '../../face/labels.js';
import { Confirm } from '../../kit/Confirm.js';
import { ListTable, type Column } from '../../kit/ListTable.js';
import { useSay } from '../../kit/Messages.js';
import { Moment } from '../../kit/Moment.js';
import { Page } from '../../kit/Page.js';
import { Empty } from '../../kit/States.js';
import { StatusOf } from '../../kit/Status.js';
import { useSession } from '../session.js';
import { ApiKeyForm } from './ApiKeyForm.js';

export default function ApiKeysPage() {
  const { client, can } = useFace();
  const { session } = useSession();
  const queries = useQueryClient();
  const say = useSay();
  const list = useList<ApiKey>('/v1/api-keys');
  const labelOf = useLabels(list.rows.map(({ tenantId }) => tenantId));
  const [adding, setAdding] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey>();
  const revoke = useMutation({
    mutationFn: (key: ApiKey) => client.send('DELETE', `/v1/api-keys/${key.id}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['/v1/api-keys'] }),
    onError: say.failed,
    onSettled: () => setRevoking(undefined),
  });
  const columns: Column<ApiKey>[] = [
    {
      head: 'Name',
      cell: ({ name, hint, id, role }) => (
        <>
          <div className="truncate">
            {name} {id === session.keyId && <span className="tag">yours</span>}
          </div>
          <div className="dim small">
            <span className="only-phone">{role}</span>
            ends in <code>{hint}</code>
          </div>
        </>
      ),
    },
    { head: 'Role', minor: true, cell: ({ role }) => role },
    {
      head: 'Bound to',
      minor: true,
      cell: ({ tenantId, eventTypes, payloadAccess }) => (
        <span className="tags">
          {tenantId && <span className="tag">{labelOf(tenantId)?.name ?? tenantId}</span>}
          {eventTypes?.map((type) => (
            <span key={type} className="tag">
              {type}
            </span>
          ))}
          {!payloadAccess && <span className="tag">no payloads</span>}
        </span>
      ),
    },
    { head: 'State', cell: (key) => <StatusOf status={stateOf(key)} /> },
    {
      head: 'Last used',
      cell: ({ lastUsedAt }) => <Moment at={lastUsedAt} as="relative" never="never" />,
      minor: true,
      align: 'right',
    },
    {
      head: '',
      align: 'right',
      cell: (key) =>
        stateOf(key) === 'active' && (
          <Button
            variant="subtle"
            color="red"
            size="compact-xs"
            onClick={() => setRevoking(key)}
            aria-label={`Revoke ${key.name}`}
          >
            Revoke
          </Button>
        ),
    },
  ];
  return (
    <Page
      title="API keys"
      about="Give each program and each person a key of its own, with no more rights than it needs."
      actions={can.administer && <Button onClick={() => setAdding(true)}>New key</Button>}
    >
      <section className="panel">
        <ListTable
          label="API keys"
          list={list}
          columns={columns}
          keyOf={({ id }) => id}
          empty={<Empty icon={KeyRound} title="No keys" />}
        />
      </section>
      <Modal opened={adding} onClose={() => setAdding(false)} title="New API key">
        <ApiKeyForm onDone={() => setAdding(false)} />
      </Modal>
      <Confirm
        opened={revoking !== undefined}
        title={`Revoke ${revoking?.name ?? 'key'}?`}
        act="Revoke key"
        busy={revoke.isPending}
        onAct={() => revoking && revoke.mutate(revoking)}
        onClose={() => setRevoking(undefined)}
      >
        Whoever uses it is refused from now on, within a second. This cannot be undone.
        {revoking?.id === session.keyId &&
          ' It is the key that you are signed in with: you will be signed out.'}
      </Confirm>
    </Page>
  );
}

function stateOf({ revokedAt, expiresAt }: ApiKey): string {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && new Date(expiresAt).getTime() < Date.now() ? 'expired' : 'active';
}
