/** How Posthorn proves itself to a server that asks for more than a signature. What is stored is shown as `•••` and kept so. */
import { PasswordInput, Select, TextInput } from '@mantine/core';
import type { SectionProps } from './sections.js';
import { authWords, type Auth } from './words.js';

type AuthKind = NonNullable<Auth>['type'] | 'none';

const blank: Record<AuthKind, Auth> = {
  none: null,
  basic: { type: 'basic', username: '', password: '' },
  bearer: { type: 'bearer', token: '' },
  oauth2: { type: 'oauth2', tokenUrl: '', clientId: '', clientSecret: '' },
};

export function AuthFields({ draft: { auth }, change, at }: SectionProps) {
  const set = (changes: Record<string, string>) => change({ auth: { ...auth, ...changes } as Auth });
  return (
    <div className="stack">
      <Select
        label="Authentication"
        description="Beside the signature. Secrets are stored encrypted and not shown again."
        allowDeselect={false}
        data={Object.entries(authWords).map(([value, label]) => ({ value, label }))}
        value={auth?.type ?? 'none'}
        onChange={(kind) => change({ auth: blank[kind as AuthKind] })}
        error={auth === null ? at('auth') : undefined}
      />
      {auth?.type === 'basic' && (
        <div className="columns">
          <TextInput
            label="User name"
            required
            autoComplete="off"
            value={auth.username}
            onChange={(event) => set({ username: event.currentTarget.value })}
            error={at('auth.username')}
          />
          <Secret
            label="Password"
            value={auth.password}
            onChange={(password) => set({ password })}
            error={at('auth.password')}
          />
        </div>
      )}
      {auth?.type === 'bearer' && (
        <Secret
          label="Token"
          value={auth.token}
          onChange={(token) => set({ token })}
          error={at('auth.token')}
        />
      )}
      {auth?.type === 'oauth2' && <OAuth2 auth={auth} set={set} at={at} />}
    </div>
  );
}

interface OAuth2Props {
  auth: Extract<Auth, { type: 'oauth2' }>;
  set: (changes: Record<string, string>) => void;
  at: SectionProps['at'];
}

function OAuth2({ auth, set, at }: OAuth2Props) {
  const field = (name: 'tokenUrl' | 'clientId' | 'scope' | 'audience', label: string, required: boolean) => (
    <TextInput
      label={label}
      required={required}
      autoComplete="off"
      value={auth[name] ?? ''}
      onChange={(event) => set({ [name]: event.currentTarget.value })}
      error={at(`auth.${name}`)}
    />
  );
  return (
    <>
      {field('tokenUrl', 'Token URL', true)}
      <div className="columns">
        {field('clientId', 'Client id', true)}
        <Secret
          label="Client secret"
          value={auth.clientSecret}
          onChange={(clientSecret) => set({ clientSecret })}
          error={at('auth.clientSecret')}
        />
        {field('scope', 'Scope', false)}
        {field('audience', 'Audience', false)}
      </div>
    </>
  );
}

interface SecretProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
}

function Secret({ label, value, onChange, error }: SecretProps) {
  return (
    <PasswordInput
      label={label}
      required
      // The browser must not offer the console's own key.
      autoComplete="new-password"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={error}
    />
  );
}
