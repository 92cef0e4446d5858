/** For servers that ask for a client certificate, or whose own comes from a private CA. A stored key is shown as `•••`. */
import { Textarea } from '@mantine/core';
import type { SectionProps } from './sections.js';
import type { Tls } from './words.js';

const pem = '-----BEGIN CERTIFICATE-----';

export function TlsFields({ draft: { tls }, change, at }: SectionProps) {
  const field = (name: keyof Tls, label: string, description: string, placeholder: string) => (
    <Textarea
      label={label}
      description={description}
      placeholder={placeholder}
      autosize
      minRows={2}
      maxRows={6}
      spellCheck={false}
      autoComplete="off"
      styles={{ input: { fontFamily: 'var(--ph-mono)' } }}
      value={tls[name] ?? ''}
      onChange={(event) => change({ tls: { ...tls, [name]: event.currentTarget.value } })}
      error={at(`tls.${name}`)}
    />
  );
  return (
    <div className="stack">
      <div className="dim">In PEM. Only with an https URL; all of it may stay empty.</div>
      {field('clientCertificate', 'Client certificate', 'With its intermediate certificates after it.', pem)}
      {field(
        'clientKey',
        'Client key',
        'Without a passphrase; stored encrypted.',
        '-----BEGIN PRIVATE KEY-----',
      )}
      {field(
        'ca',
        'Private CA',
        'What the server’s certificate must come from, in place of the public roots.',
        pem,
      )}
    </div>
  );
}
