/** How requests are signed, and whose signature headers go along. */
import { Select } from '@mantine/core';
import type { EndpointDraft } from './form.js';
import type { SectionProps } from './sections.js';
import { profileWords, signingWords } from './words.js';

export function SigningFields({ draft, change, at, isNew }: SectionProps & { isNew: boolean }) {
  const choose = (value: string | null) => {
    const signing = value as EndpointDraft['signing'];
    // The other systems' headers take a shared secret.
    change({ signing, ...(signing === 'ed25519' && { signatureProfile: 'none' }) });
  };
  return (
    <div className="stack">
      <Select
        label="Signature"
        description={
          isNew
            ? 'Standard Webhooks 1.0.0. With ed25519 your server holds a public key, and cannot sign.'
            : 'A change makes a secret of the new kind; the old ones sign beside it for 24 hours.'
        }
        allowDeselect={false}
        data={Object.entries(signingWords).map(([value, label]) => ({ value, label }))}
        value={draft.signing}
        onChange={choose}
        error={at('signing')}
      />
      <Select
        label="Also in the way of"
        description="For a server that was written for another system: its signature headers are sent beside ours."
        allowDeselect={false}
        disabled={draft.signing === 'ed25519'}
        data={Object.entries(profileWords).map(([value, label]) => ({ value, label }))}
        value={draft.signatureProfile}
        onChange={(value) => change({ signatureProfile: value as EndpointDraft['signatureProfile'] })}
        error={at('signatureProfile')}
      />
    </div>
  );
}
