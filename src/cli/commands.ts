/** The commands that speak to a running Posthorn: their options, their help, and what they share. */
import { parseArgs } from 'node:util';
import { ApiRefusal, apiOf, reasonOf, UsageError } from './api.js';
import { emit } from './emit.js';
import type { Invocation } from './invocation.js';
import { listen } from './listen.js';
import { replay } from './replay.js';
import { tailDeliveries } from './tail-deliveries.js';

interface Command {
  help: string;
  options: string[];
  /** Of these, those that take no value; they are given as `yes`. */
  flags?: string[];
  /** Answers the exit status. */
  run: (invocation: Invocation) => Promise<number>;
}

export const commands: Record<string, Command> = {
  listen: {
    help: 'listen --forward-to URL [--tenant T] [--event-types a,b.*]\n      forwards what is sent to a temporary endpoint, without a tunnel, and prints it',
    options: ['forward-to', 'tenant', 'event-types'],
    run: listen,
  },
  emit: {
    help: 'emit TYPE [--tenant T] [--data JSON|@FILE] [--id ID]\n      emits an event',
    options: ['tenant', 'data', 'id'],
    run: emit,
  },
  'deliveries tail': {
    help: 'deliveries tail [--tenant T] [--endpoint EP] [--status S] [--event-type E]\n      prints deliveries as they come and change',
    options: ['tenant', 'endpoint', 'status', 'event-type'],
    run: tailDeliveries,
  },
  replay: {
    help: 'replay DELIVERY | replay [--tenant T] [--endpoint EP] [--status S] [--event-type E]\n      [--error-code C] [--after INSTANT] [--before INSTANT] [--dry-run]\n      sends one delivery again, or all that fit',
    options: ['tenant', 'endpoint', 'status', 'event-type', 'error-code', 'after', 'before', 'dry-run'],
    flags: ['dry-run'],
    run: replay,
  },
};

/** Answers the exit status; undefined: there is no such command. */
export async function runCommand(
  args: string[],
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
  interruption: () => AbortSignal,
): Promise<number | undefined> {
  const name = [args.slice(0, 2).join(' '), args[0] ?? ''].find((words) => Object.hasOwn(commands, words));
  if (name === undefined) return undefined;
  const command = commands[name]!;
  if (args.includes('--help')) {
    print(`  posthorn ${command.help}`);
    return 0;
  }
  try {
    const { values, positionals: words } = parseArgs({
      args: args.slice(name.split(' ').length),
      allowPositionals: true,
      options: Object.fromEntries(
        ['url', 'api-key', ...command.options].map((option) => [
          option,
          { type: command.flags?.includes(option) ? ('boolean' as const) : ('string' as const) },
        ]),
      ),
    });
    const given = Object.fromEntries(
      Object.entries(values).map(([option, value]) => [option, value === true ? 'yes' : String(value)]),
    );
    return await command.run({ api: apiOf(given, env), given, words, print, signal: interruption() });
  } catch (error) {
    return explain(error as Error, command, print);
  }
}

function explain(error: Error & { code?: string }, { help }: Command, print: (line: string) => void): number {
  if (error instanceof UsageError || error.code?.startsWith('ERR_PARSE_ARGS')) {
    print(`${error.message}\n\n  posthorn ${help}`);
    return 2;
  }
  print(
    error instanceof ApiRefusal
      ? `Refused (${error.code}): ${error.message}`
      : `No answer: ${reasonOf(error)}`,
  );
  return 1;
}
