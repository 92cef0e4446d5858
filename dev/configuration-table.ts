/** Writes docs/configuration.md from the table in src/config.ts (`npm run docs:config`); `--check` fails when it is out of date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { variables } from '../src/config.js';

// From dist/dev, where this runs, as from dev.
const root = new URL(import.meta.url.includes('/dist/') ? '../../' : '../', import.meta.url);
const path = fileURLToPath(new URL('docs/configuration.md', root));

const rows = Object.values(variables).map(
  ({ name, fallback, about }) => `| \`${name}\` | ${fallback} | ${about.replaceAll('|', '\\|')} |`,
);
const text = `# Configuration

Read once, at start, from the environment. A bad value stops the start; all that is wrong is named at once. This page is
written from \`src/config.ts\` by \`npm run docs:config\`.

Without \`DATABASE_URL\` the program is in its *embedded* profile: its own PostgreSQL, and for trying things out http and
loopback addresses are allowed for endpoints. With \`DATABASE_URL\` it is locked down unless told otherwise.

| variable | default | |
|---|---|---|
${rows.join('\n')}
`;

if (!process.argv.includes('--check')) writeFileSync(path, text);
else if (readFileSync(path, 'utf8') !== text) {
  process.stderr.write('docs/configuration.md is not what src/config.ts says; run: npm run docs:config\n');
  process.exitCode = 1;
}
