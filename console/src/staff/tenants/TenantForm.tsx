/** A tenant, new or changed. */
import { Button, NumberInput, Switch, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { messageOf, problemAt, Problem } from '../../api/problem.js';
import type { Tenant } from '../../api/types.js';
import { useFace } from '../../face/face.js';

export function TenantForm({ tenant, onSaved }: { tenant?: Tenant; onSaved: (tenant: Tenant) => void }) {
  const { client } = useFace();
  const queries = useQueryClient();
  const [name, setName] = useState(tenant?.name ?? '');
  const [externalId, setExternalId] = useState(tenant?.externalId ?? '');
  const [strict, setStrict] = useState(tenant?.strictEventTypes ?? false);
  const [rate, setRate] = useState<number | string>(tenant?.emitRateLimitPerSecond ?? '');
  const save = useMutation({
    mutationFn: () =>
      client.send<Tenant>(tenant ? 'PATCH' : 'POST', tenant ? `/v1/tenants/${tenant.id}` : '/v1/tenants', {
        name,
        externalId: externalId === '' ? null : externalId,
        strictEventTypes: strict,
        emitRateLimitPerSecond: rate === '' ? null : Number(rate),
      }),
    onSuccess: async (saved) => {
      await Promise.all([
        queries.invalidateQueries({ queryKey: ['/v1/tenants'] }),
        queries.invalidateQueries({ queryKey: ['tenant', saved.id] }),
      ]);
      onSaved(saved);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const general =
    save.error instanceof Problem && save.error.errors.length === 0 ? messageOf(save.error) : undefined;
  return (
    <form className="stack" onSubmit={submit}>
      <TextInput
        label="Name"
        required
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={problemAt(save.error, 'name')}
        data-autofocus
      />
      <TextInput
        label="External id"
        description="Your own name for it; accepted wherever its id is."
        value={externalId}
        onChange={(event) => setExternalId(event.currentTarget.value)}
        error={problemAt(save.error, 'externalId')}
      />
      <NumberInput
        label="Events per second at most"
        description="Empty: no limit."
        min={1}
        value={rate}
        onChange={setRate}
        error={problemAt(save.error, 'emitRateLimitPerSecond')}
      />
      <Switch
        label="Only event types of the catalog"
        description="Refuses events whose type is not declared."
        checked={strict}
        onChange={(event) => setStrict(event.currentTarget.checked)}
      />
      {general && (
        <div className="note note-bad" role="alert">
          {general}
        </div>
      )}
      <div className="row-end">
        <Button type="submit" loading={save.isPending}>
          {tenant ? 'Save' : 'Make tenant'}
        </Button>
      </div>
    </form>
  );
}
