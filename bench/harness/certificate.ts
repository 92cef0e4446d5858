/** A certificate for loopback addresses, valid for a day, that a Posthorn of the bench is told to trust. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

export interface Certificate {
  key: string;
  cert: string;
  /** For NODE_EXTRA_CA_CERTS. */
  file: string;
}

/** @returns undefined where there is no openssl */
export function makeCertificate(folder: string, addresses: string[]): Certificate | undefined {
  const keyFile = path.join(folder, 'key.pem');
  const file = path.join(folder, 'cert.pem');
  const { status } = spawnSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'],
      ...[
        '-subj',
        '/CN=Posthorn bench',
        '-addext',
        `subjectAltName=${addresses.map((ip) => `IP:${ip}`).join()}`,
      ],
      ...['-keyout', keyFile, '-out', file],
    ],
    { stdio: 'ignore' },
  );
  if (status !== 0) return undefined;
  return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(file, 'utf8'), file };
}
