/** Paste what your receiver got; nothing of it is sent anywhere. */
import { Button, Textarea, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { check, type Signed, type Verdict } from './signature.js';

const empty: Signed = { secret: '', id: '', timestamp: '', body: '', signatures: '' };
const mono = { input: { fontFamily: 'var(--ph-mono)' } };

export function SignatureChecker({ secret }: { secret: string | undefined }) {
  const [signed, setSigned] = useState(empty);
  const [verdict, setVerdict] = useState<Verdict>();
  const change = (changes: Partial<Signed>) => {
    setSigned((before) => ({ ...before, ...changes }));
    setVerdict(undefined);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void check({ ...signed, secret: signed.secret || (secret ?? '') }, Date.now()).then(setVerdict);
  };
  return (
    <form className="stack" onSubmit={submit}>
      <div className="dim">Paste what your receiver got. It is checked in this browser and sent nowhere.</div>
      <div className="columns">
        <TextInput
          label="Secret, or public key"
          placeholder={secret ? 'the one shown above' : 'whsec_… or whpk_…'}
          required={!secret}
          value={signed.secret}
          onChange={(event) => change({ secret: event.currentTarget.value })}
          styles={mono}
        />
        <TextInput
          label="webhook-id"
          placeholder="evt_…"
          required
          value={signed.id}
          onChange={(event) => change({ id: event.currentTarget.value.trim() })}
          styles={mono}
        />
        <TextInput
          label="webhook-timestamp"
          required
          value={signed.timestamp}
          onChange={(event) => change({ timestamp: event.currentTarget.value.trim() })}
          styles={mono}
        />
        <TextInput
          label="webhook-signature"
          placeholder="v1,…"
          required
          value={signed.signatures}
          onChange={(event) => change({ signatures: event.currentTarget.value })}
          styles={mono}
        />
      </div>
      <Textarea
        label="Body, as it came"
        autosize
        minRows={3}
        maxRows={12}
        required
        value={signed.body}
        onChange={(event) => change({ body: event.currentTarget.value })}
        styles={mono}
      />
      <div className="row">
        <Button type="submit">Check</Button>
        <div role="status" className="row">
          {verdict?.good && (
            <div className="note note-ok">
              Good: it came from us and was not changed.
              {verdict.aged &&
                ' It is older than five minutes, so that a receiver would refuse it as a replayed one.'}
            </div>
          )}
          {verdict?.good === false && <div className="note note-bad">{verdict.reason}</div>}
        </div>
      </div>
    </form>
  );
}
