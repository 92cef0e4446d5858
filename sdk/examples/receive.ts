/**
 * A receiver: verifies each webhook before it believes it, answers at once, and does nothing twice. ENDPOINT_SECRET is what
 * `endpoints.create` answered; PORT is where to listen.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { verifyWebhook, WebhookVerificationError } from '@posthorn/sdk';

const { ENDPOINT_SECRET, PORT } = process.env;
const BODY_BYTES_MAX = 1_048_576;

/** In a real program: a column with a unique index, written in the transaction that does the work. */
const done = new Set<string>();

const server = createServer((request, response) => {
  void handle(request).then((status) => response.writeHead(status).end());
});

async function handle(request: IncomingMessage): Promise<number> {
  const payload = await read(request);
  if (payload === undefined) return 413;
  try {
    const { id, body } = verifyWebhook<{ type: string; data: unknown }>(
      payload,
      request.headers,
      ENDPOINT_SECRET!,
    );
    if (!done.has(id)) console.log(`${id} ${body.type} ${JSON.stringify(body.data)}`);
    done.add(id);
    return 204;
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    console.error(`Not genuine: ${error.message}`);
    return 400;
  }
}

/** As the bytes came: only those verify. */
async function read(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

server.listen(Number(PORT), '127.0.0.1', () => console.log(`Listening on ${PORT}`));
