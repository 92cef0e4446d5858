/** `npm run receiver`: somebody to send webhooks to while trying Posthorn out. */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { BEHAVIOURS, type Behaviour, behaviourOf } from './receiver-behaviour.js';
import { createReceiver, type Received } from './receiver-server.js';

const HELP = `A local receiver of webhooks.

  npm run receiver -- [port] [--secret whsec_…]… [--behave <path>] [--pretty]

  port          TCP port on 127.0.0.1 (9000)
  --secret      verify signatures with this secret; repeat it for several. Without one, nothing is verified
  --behave      how to treat requests whose path says nothing, as one of the paths below (/ok)
  --pretty      print every header, and the whole body, on lines of their own
  --help        this

An endpoint's path says what happens to those who send to it:

${BEHAVIOURS.map(({ path, about }) => `  ${path.padEnd(14)}${about}`).join('\n')}
`;

/** How much of a body one line shows. */
const LINE_BODY_CHARS = 160;

interface Options {
  port: number;
  secrets: string[];
  otherwise: Behaviour;
  pretty: boolean;
}

const options = readOptions();
if (options !== undefined) await serve(options);

async function serve({ port, secrets, otherwise, pretty }: Options): Promise<void> {
  const print = pretty ? inFull : onOneLine;
  const server = createReceiver({ secrets, otherwise, report: (received) => console.log(print(received)) });
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    console.error(`Port ${port} is taken. Choose another one: npm run receiver -- ${port + 1}`);
    process.exitCode = 1;
    return;
  }
  console.log(
    `Receiving on http://127.0.0.1:${port}/ok — with --help: other paths, which fail, hang, redirect, …`,
  );
  if (secrets.length > 0) return;
  console.log(`
Signatures are not verified: no --secret was given. To have webhooks sent here and verified:

  curl -s $URL/v1/tenants/acme/endpoints -H "authorization: Bearer $KEY" -H 'content-type: application/json' \\
    -d '{"url":"http://127.0.0.1:${port}/ok","eventTypes":["*"]}'
  npm run receiver -- ${port} --secret <the secret in the answer>
`);
}

function readOptions(): Options | undefined {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        secret: { type: 'string', multiple: true, default: [] },
        behave: { type: 'string', default: '/ok' },
        pretty: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(HELP);
      return undefined;
    }
    const port = Number(positionals[0] ?? 9_000);
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new Error(`"${positionals[0]}" is not a port`);
    const otherwise = behaviourOf(values.behave);
    if (otherwise === undefined)
      throw new Error(`--behave ${values.behave} is none of the paths that --help lists`);
    const misfit = values.secret.find((secret) => !/^whsec_[A-Za-z0-9+/]+=*$/.test(secret));
    if (misfit !== undefined) throw new Error('--secret wants a secret as Posthorn shows it: whsec_…');
    return { port, secrets: values.secret, otherwise, pretty: values.pretty };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    process.exitCode = 2;
    return undefined;
  }
}

function onOneLine({ method, path, headers, body, verdict, status }: Received): string {
  const shown = body.length > LINE_BODY_CHARS ? `${body.slice(0, LINE_BODY_CHARS)}…` : body;
  const time = new Date().toISOString().slice(11, 23);
  return `${time} ${method} ${path} ${headers['webhook-id'] ?? '-'} ${verdict} → ${status ?? 'no answer'}  ${printable(shown)}`;
}

function inFull(received: Received): string {
  const lines = Object.entries(received.headers).map(([name, value]) => `    ${name}: ${printable(value)}`);
  return [onOneLine({ ...received, body: '' }), ...lines, '', printable(received.body), ''].join('\n');
}

/** What comes over the network must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
