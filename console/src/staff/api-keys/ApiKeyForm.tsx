/** A new key. It is shown once. */
import { Button, Select, Switch, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { messageOf, Problem, problemAt } from '../../api/problem.js';
import type { ApiKey, NewApiKey } from '../../api/types.js';
import { useFace } from '../../face/face.js';
import { CodeBlock } from '../../kit/Json.js';
import { TenantSelect } from '../../tenants/TenantSelect.js';

const roles = [
  { value: 'emitter', label: 'emitter: emits events' },
  { value: 'support', label: 'support: searches, reads, replays' },
  { value: 'admin', label: 'admin: everything' },
];
const lifetimes = [
  { value: '', label: 'never' },
  { value: '30', label: 'in 30 days' },
  { value: '90', label: 'in 90 days' },
  { value: '365', label: 'in a year' },
];
const DAY_MS = 86_400_000;

export function ApiKeyForm({ onDone }: { onDone: () => void }) {
  const { client } = useFace();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [role, setRole] = useState<ApiKey['role']>('emitter');
  const [tenantId, setTenantId] = useState<string>();
  const [days, setDays] = useState('');
  const [payloadAccess, setPayloadAccess] = useState(true);
  const make = useMutation({
    mutationFn: () =>
      client.send<NewApiKey>('POST', '/v1/api-keys', {
        name,
        role,
        ...(role !== 'admin' && tenantId !== undefined && { tenantId }),
        ...(days !== '' && { expiresAt: new Date(Date.now() + Number(days) * DAY_MS).toISOString() }),
        ...(role === 'support' && { payloadAccess }),
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['/v1/api-keys'] }),
  });
  if (make.data) {
    return (
      <div className="stack">
        <div className="note note-wait">
          Copy it now: it is shown this once, and only a hash of it is kept.
        </div>
        <CodeBlock text={make.data.key} label="API key" />
        <div className="row-end">
          <Button onClick={onDone}>Done</Button>
        </div>
      </div>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  const general =
    make.error && !(make.error instanceof Problem && make.error.errors.length > 0)
      ? messageOf(make.error)
      : undefined;
  return (
    <form className="stack" onSubmit={submit}>
      <TextInput
        label="Name"
        description="Who or what uses it."
        required
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={problemAt(make.error, 'name')}
        data-autofocus
      />
      <Select
        label="Role"
        allowDeselect={false}
        data={roles}
        value={role}
        onChange={(value) => setRole(value as ApiKey['role'])}
      />
      {role !== 'admin' && (
        <TenantSelect
          label="Only for one tenant"
          description="Empty: all of them."
          value={tenantId}
          onChange={setTenantId}
          error={problemAt(make.error, 'tenantId')}
        />
      )}
      <Select
        label="Expires"
        allowDeselect={false}
        data={lifetimes}
        value={days}
        onChange={(value) => setDays(value ?? '')}
      />
      {role === 'support' && (
        <Switch
          label="May read payloads"
          checked={payloadAccess}
          onChange={(event) => setPayloadAccess(event.currentTarget.checked)}
        />
      )}
      {general && (
        <div className="note note-bad" role="alert">
          {general}
        </div>
      )}
      <div className="row-end">
        <Button type="submit" loading={make.isPending}>
          Make key
        </Button>
      </div>
    </form>
  );
}
