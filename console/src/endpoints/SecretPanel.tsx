/** The signing secret: hidden until asked for (which is written to the audit log), and rotated without a gap. */
import { Button, Modal, Select } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Endpoint, LiveSecret, Secret } from '../api/types.js';
import { useFace } from '../face/face.js';
import { Copied } from '../kit/Identifier.js';
import { useSay } from '../kit/Messages.js';
import { Moment } from '../kit/Moment.js';
import { Panel } from '../kit/Page.js';

const overlaps = [
  { value: '86400', label: 'for another 24 hours' },
  { value: '3600', label: 'for another hour' },
  { value: '604800', label: 'for another 7 days' },
  { value: '0', label: 'not at all: it has leaked' },
];

export function SecretPanel({ endpoint }: { endpoint: Endpoint }) {
  const { client } = useFace();
  const say = useSay();
  const [asking, setAsking] = useState(false);
  const [overlap, setOverlap] = useState('86400');
  const [secret, setSecret] = useState<Secret>();
  const path = `/v1/tenants/${endpoint.tenantId}/endpoints/${endpoint.id}/secret`;
  const read = useMutation({
    mutationFn: () => client.get<Secret>(path),
    onSuccess: setSecret,
    onError: say.failed,
  });
  const rotate = useMutation({
    mutationFn: () => client.send('POST', `${path}/rotate`, { expireOldAfterSeconds: Number(overlap) }),
    onSuccess: () => {
      say.done('The secret is rotated. Put the new one into your receiver.');
      read.mutate();
    },
    onError: say.failed,
    onSettled: () => setAsking(false),
  });
  return (
    <Panel
      title="Signing secret"
      aside={
        <>
          {secret === undefined ? (
            <Button variant="default" loading={read.isPending} onClick={() => read.mutate()}>
              Show
            </Button>
          ) : (
            <Button variant="default" onClick={() => setSecret(undefined)}>
              Hide
            </Button>
          )}
          <Button variant="default" onClick={() => setAsking(true)}>
            Rotate
          </Button>
        </>
      }
    >
      <div className="stack-tight">
        {secret === undefined ? (
          <div className="dim">
            <code>whsec_••••••••••••••••</code> · showing it is written to the audit log.
          </div>
        ) : (
          <>
            <Live secret={secret} />
            {secret.old.map((old) => (
              <Live key={old.secret} secret={old} />
            ))}
          </>
        )}
      </div>
      <Modal opened={asking} onClose={() => setAsking(false)} title="Rotate the secret" size="sm">
        <div className="stack">
          <div>
            A new secret is made. Until your receiver knows it, requests can be signed with both, so that none
            is refused.
          </div>
          <Select
            label="The old secret goes on signing"
            data={overlaps}
            allowDeselect={false}
            value={overlap}
            onChange={(value) => setOverlap(value ?? '86400')}
          />
          <div className="row-end">
            <Button variant="default" onClick={() => setAsking(false)}>
              Keep it
            </Button>
            <Button loading={rotate.isPending} onClick={() => rotate.mutate()}>
              Rotate secret
            </Button>
          </div>
        </div>
      </Modal>
    </Panel>
  );
}

function Live({ secret: { secret, publicKey, expiresAt, createdAt } }: { secret: LiveSecret }) {
  return (
    <div>
      <div className="identifier">
        <code style={{ whiteSpace: 'normal', overflowWrap: 'anywhere' }}>{publicKey ?? secret}</code>
        <Copied value={publicKey ?? secret} label={publicKey === null ? 'Copy secret' : 'Copy public key'} />
      </div>
      <div className="dim small">
        {expiresAt === null ? (
          <>
            current, made <Moment at={createdAt} as="full" />
          </>
        ) : (
          <>
            old, signs until <Moment at={expiresAt} as="full" />
          </>
        )}
      </div>
    </div>
  );
}
