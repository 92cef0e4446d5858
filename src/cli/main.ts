#!/usr/bin/env node
/** The program `posthorn` (package.json, "bin"). */
import { run } from './posthorn.js';

const env = process.env; // eslint-disable-line no-restricted-properties -- handed to config.ts whole
process.exitCode = await run(process.argv.slice(2), env, (line) => void process.stdout.write(`${line}\n`));
