#!/usr/bin/env node
/** The program `posthorn` (package.json, "bin"). */
import { run } from './posthorn.js';

// Whoever read our lines has read enough of them: `posthorn doctor | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const env = process.env; // eslint-disable-line no-restricted-properties -- handed to config.ts whole
/** Ctrl-C, for commands that have something to put in order first. A second one ends them the hard way. */
function interruption(): AbortSignal {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  return interrupted.signal;
}

process.exitCode = await run(
  process.argv.slice(2),
  env,
  (line) => void process.stdout.write(`${line}\n`),
  interruption,
);
