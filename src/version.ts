/** This program's version, as package.json has it. */
import { readFileSync } from 'node:fs';

function readVersion(): string {
  // From dist/src as from src the package is found by going up.
  for (const path of ['../package.json', '../../package.json']) {
    try {
      return (JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version: string })
        .version;
    } catch {
      continue;
    }
  }
  return '0.0.0';
}

export const VERSION = readVersion();
export const USER_AGENT = `Posthorn/${VERSION}`;
