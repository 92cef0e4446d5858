/** What `npm start` says once it is ready: enough to send the first event without opening the README. */

export interface Started {
  url: string;
  /** Given once, at the first start: it is stored hashed and cannot be shown again. */
  adminKey?: string | undefined;
  /** The folder of the embedded database; undefined when DATABASE_URL named another. */
  embeddedIn?: string | undefined;
}

export function banner({ url, adminKey, embeddedIn }: Started): string {
  return [
    '',
    '  Posthorn is ready.',
    '',
    `    API       ${url}/v1`,
    `    Docs      ${url}/docs`,
    `    Console   ${url}/console`,
    ...(adminKey === undefined ? [] : [`    Admin key ${adminKey}   (shown this once: keep it)`]),
    '',
    ...(embeddedIn === undefined
      ? []
      : [
          `  Embedded profile: PostgreSQL runs along, its data in ${embeddedIn}. For trying things out, endpoints may be`,
          '  http and on this machine; with a DATABASE_URL they may not, unless told otherwise.',
          '',
        ]),
    '  Send a first event:',
    '',
    `    export KEY=${adminKey ?? '<your admin key>'}`,
    `    ${curl(url, '/v1/tenants', { externalId: 'acme', name: 'Acme' })}`,
    `    ${curl(url, '/v1/tenants/acme/events', { type: 'invoice.paid', data: { amount: 125 } })}`,
    '',
    '  To see it arrive, start `npm run receiver` in another terminal: it says how to register itself.',
    '  Ctrl-C stops everything.',
    '',
  ].join('\n');
}

/** A command line for a POST, to be pasted into a shell in which KEY is set. */
export function curl(url: string, route: string, body: object): string {
  return `curl -s ${url}${route} -H "authorization: Bearer $KEY" -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
}
