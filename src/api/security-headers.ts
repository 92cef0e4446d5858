/**
 * The headers by which browsers are told what an answer may not do. They are helmet's, but asked for once and not with each
 * request: the options never change, so neither do the headers, and building them anew cost 6 % of an emit.
 */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';

export type SecurityHeaders = Record<string, string>;

/** Names in lower case. The console's pages replace `content-security-policy` by a stricter one of their own. */
export function securityHeaders(): SecurityHeaders {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  let failure: unknown;
  helmet({
    contentSecurityPolicy: {
      directives: {
        // It would turn the console's and the docs' own files into https on installations that are reached by http.
        upgradeInsecureRequests: null,
      },
    },
  })(response.req, response, (error) => (failure = error));
  if (failure !== undefined) throw new Error('The security headers cannot be made.', { cause: failure });
  // Secrets and payloads are in answers; what may be kept (the console's files) says so itself.
  return { ...(response.getHeaders() as SecurityHeaders), 'cache-control': 'no-store' };
}
