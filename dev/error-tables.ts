/** Writes docs/errors.md from the two tables of codes (`npm run docs:errors`); `--check` fails when it is out of date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { errorTable } from '../src/errors.js';
import { attemptErrors } from '../src/model/error-code.js';

// From dist/dev, where this runs, as from dev.
const root = new URL(import.meta.url.includes('/dist/') ? '../../' : '../', import.meta.url);
const path = fileURLToPath(new URL('docs/errors.md', root));

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
const answers = Object.entries(errorTable).map(
  ([code, { status, title }]) => `| \`${code}\` | ${status} | ${cell(title)} |`,
);
const attempts = Object.entries(attemptErrors).map(
  ([code, { blames, sentence }]) => `| \`${code}\` | ${blames} | ${cell(sentence)} |`,
);

const text = `# Errors

Codes are a contract: they are never renamed, and sentences may be. This page is written from \`src/errors.ts\` and
\`src/model/error-code.ts\` by \`npm run docs:errors\`.

## What the API answers

As \`application/problem+json\` (RFC 9457): \`type\`, \`title\`, \`status\`, \`code\`, often \`detail\`, and \`errors\` with a \`path\` and
a \`message\` for each field that is not valid. \`requestId\` finds the request in the log. A \`429\` or \`503\` says in
\`Retry-After\` how long to wait.

| code | status | meaning |
|---|---|---|
${answers.join('\n')}

## Why an attempt failed

The \`errorCode\` of an attempt, and of its delivery while it is the last one. What is blamed on *us* is retried like anything else, and does not
count against the endpoint: it opens no circuit and disables nothing.

| code | blames | meaning |
|---|---|---|
${attempts.join('\n')}
`;

if (!process.argv.includes('--check')) writeFileSync(path, text);
else if (readFileSync(path, 'utf8') !== text) {
  process.stderr.write('docs/errors.md is not what the code says; run: npm run docs:errors\n');
  process.exitCode = 1;
}
