/** `posthorn <command>`: what an operator does beside the running program, and what a developer does with it. */
import { ConfigError, loadConfig } from '../config.js';
import { migrate } from '../store/migrate.js';
import { VERSION } from '../version.js';
import { commands, runCommand } from './commands.js';
import { doctor } from './doctor.js';

const HELP = `posthorn ${VERSION}

  posthorn migrate              brings the schema of DATABASE_URL up to date, and ends
  posthorn doctor [--url URL]   looks at configuration, database, Redis, clock and the way out, and says what is wrong
  posthorn version

Their settings are those of the server (docs/configuration.md). To start the server: node dist/src/main.js

${Object.values(commands)
  .map(({ help }) => `  posthorn ${help}`)
  .join('\n')}

These speak to a running Posthorn: POSTHORN_URL or --url (http://localhost:8070), POSTHORN_API_KEY or --api-key: a key, or the
token of a portal session, which knows its tenant.
`;

/** Reserved for such purposes by RFC 2606, and reachable by https from nearly everywhere. */
const DOCTOR_URL = 'https://example.com/';

/** Answers the exit status. */
export async function run(
  args: string[],
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
  interruption: () => AbortSignal = () => new AbortController().signal,
): Promise<number> {
  const [command, ...rest] = args;
  switch (command) {
    case 'migrate':
      return runMigrate(env, print);
    case 'doctor':
      return runDoctor(rest, env, print);
    case 'version':
      print(VERSION);
      return 0;
    case undefined:
    case 'help':
    case '--help':
      print(HELP);
      return 0;
    default: {
      const status = await runCommand(args, env, print, interruption);
      if (status === undefined) print(HELP);
      return status ?? 2;
    }
  }
}

async function runMigrate(env: NodeJS.ProcessEnv, print: (line: string) => void): Promise<number> {
  try {
    const { databaseUrl } = loadConfig(env);
    if (databaseUrl === undefined) throw new ConfigError(['DATABASE_URL is not set']);
    await migrate(databaseUrl);
    print('The schema is up to date.');
    return 0;
  } catch (error) {
    print((error as Error).message);
    return 1;
  }
}

async function runDoctor(
  args: string[],
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
): Promise<number> {
  const given = args[0] === '--url' ? args[1] : DOCTOR_URL;
  if (given === undefined || !URL.canParse(given)) {
    print(HELP);
    return 2;
  }
  return (await doctor({ env, url: given, print })) === 0 ? 0 : 1;
}
