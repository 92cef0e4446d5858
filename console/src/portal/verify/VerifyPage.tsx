/** How a receiver verifies a signature, in its own language and with its own secret; and whether a given one is good. */
import { Button, Select, Tabs } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Endpoint, Secret } from '../../api/types.js';
import { useFace } from '../../face/face.js';
import { AppLink } from '../../kit/AppLink.js';
import { CodeBlock } from '../../kit/Json.js';
import { useSay } from '../../kit/Messages.js';
import { Page, Panel } from '../../kit/Page.js';
import { Failure } from '../../kit/States.js';
import { SignatureChecker } from './SignatureChecker.js';
import { snippets } from './snippets.js';

const PLACEHOLDER = 'whsec_…';

function keyButton(isPublicKey: boolean, isShown: boolean): string {
  if (isPublicKey) return isShown ? 'Hide public key' : 'Show public key';
  return isShown ? 'Hide secret' : 'Put in my secret';
}

export default function VerifyPage() {
  const { client, can, tenantId } = useFace();
  const say = useSay();
  const [endpointId, setEndpointId] = useState<string | null>(null);
  const [secret, setSecret] = useState<string>();
  const path = `/v1/tenants/${tenantId}/endpoints`;
  const endpoints = useQuery({
    queryKey: [path, 'to-verify'],
    queryFn: () => client.get<{ data: Endpoint[] }>(path, { limit: 200 }),
  });
  const chosen = endpointId ?? endpoints.data?.data[0]?.id ?? null;
  const isPublicKey = endpoints.data?.data.find(({ id }) => id === chosen)?.signing === 'ed25519';
  const read = useMutation({
    mutationFn: () => client.get<Secret>(`${path}/${chosen}/secret`),
    onSuccess: (answer) => setSecret(answer.publicKey ?? answer.secret),
    onError: say.failed,
  });
  return (
    <Page
      title="Verify signatures"
      about="Anybody can send a request to your URL. What came from us is signed: check that, before you believe it."
    >
      {endpoints.error && <Failure error={endpoints.error} retry={() => void endpoints.refetch()} />}
      {endpoints.data?.data.length === 0 && (
        <div className="note">
          There is no endpoint yet, so there is no secret to put in.{' '}
          <AppLink to="/">{can.manage ? 'Add an endpoint first' : 'See your endpoints'}</AppLink>.
        </div>
      )}
      {isPublicKey && (
        <div className="note note-wait stack-tight">
          <div>
            This endpoint signs with ed25519: its <code>webhook-signature</code> begins with <code>v1a,</code>
            , while the code below is for <code>v1,</code> and a shared secret. Verify{' '}
            <code>id.timestamp.body</code> with your language’s own ed25519 and the endpoint’s public key: the
            base64 of its 32 bytes, after <code>whpk_</code>.
          </div>
          {secret && <CodeBlock text={secret} label="public key" />}
        </div>
      )}
      <Panel
        title="In your code"
        aside={
          can.manage &&
          chosen !== null && (
            <>
              <Select
                aria-label="Endpoint"
                w={200}
                allowDeselect={false}
                data={(endpoints.data?.data ?? []).map(({ id, url }) => ({ value: id, label: url }))}
                value={chosen}
                onChange={(value) => {
                  setEndpointId(value);
                  setSecret(undefined);
                }}
              />
              <Button
                variant="default"
                loading={read.isPending}
                onClick={() => (secret ? setSecret(undefined) : read.mutate())}
              >
                {keyButton(isPublicKey, secret !== undefined)}
              </Button>
            </>
          )
        }
      >
        <Tabs defaultValue={snippets[0]!.language}>
          <Tabs.List>
            {snippets.map(({ language }) => (
              <Tabs.Tab key={language} value={language}>
                {language}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {snippets.map(({ language, install, code }) => (
            <Tabs.Panel key={language} value={language} pt="sm">
              <div className="stack-tight">
                <div className="dim">
                  Install: <code>{install}</code>
                </div>
                <CodeBlock
                  text={code(isPublicKey ? PLACEHOLDER : (secret ?? PLACEHOLDER))}
                  label={`${language} code`}
                />
              </div>
            </Tabs.Panel>
          ))}
        </Tabs>
        <ul className="dim" style={{ margin: '12px 0 0', paddingLeft: 18 }}>
          <li>Verify the body as it came, byte for byte: parsing and printing it again changes it.</li>
          <li>
            Answer with 2xx within the timeout, and do the work afterwards. The same <code>webhook-id</code>{' '}
            may come again: do its work once.
          </li>
          <li>While a secret is being rotated there are two signatures; the libraries accept either.</li>
        </ul>
      </Panel>
      <Panel title="Check a signature">
        <SignatureChecker secret={secret} />
      </Panel>
    </Page>
  );
}
