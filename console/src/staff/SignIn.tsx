/** The door. The key is traded for a cookie and not kept. */
import { Button, PasswordInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState, type FormEvent } from 'react';
import type { Client } from '../api/client.js';
import type { ConsoleSession } from '../api/types.js';
import { messageOf } from '../api/problem.js';
import { Mark } from '../brand/Mark.js';

interface Props {
  client: Client;
  /** A session was there and is no more: it expired, or its key was revoked. */
  ended: boolean;
  onSignedIn: (session: ConsoleSession) => void;
}

export function SignIn({ client, ended, onSignedIn }: Props) {
  const [key, setKey] = useState('');
  useEffect(() => {
    document.title = 'Sign in · Posthorn';
  }, []);
  const signIn = useMutation({
    mutationFn: () => client.send<ConsoleSession>('POST', '/v1/console/session', { key }),
    onSuccess: onSignedIn,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  return (
    <main className="door">
      <form className="door-card" onSubmit={submit}>
        <div className="row">
          <Mark size={30} />
          <h1>Posthorn</h1>
        </div>
        {ended && (
          <div className="note note-wait" role="status">
            Your session has ended. Sign in again, and you are back where you were.
          </div>
        )}
        <PasswordInput
          size="sm"
          label="API key"
          description="An admin or support key. It is traded for a session and not kept in this browser."
          placeholder="phk_…"
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
          error={signIn.error ? messageOf(signIn.error) : undefined}
          autoFocus
          required
          autoComplete="current-password"
        />
        <Button type="submit" size="sm" loading={signIn.isPending} disabled={key === ''}>
          Sign in
        </Button>
        <p className="dim small" style={{ margin: 0 }}>
          No key? Whoever runs this Posthorn can make one under API keys. The first admin key was shown at its
          first start.
        </p>
      </form>
    </main>
  );
}
