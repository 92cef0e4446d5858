/** Endpoints that `posthorn listen` serves from a developer's machine are known by their URL's scheme. */
export function isListener(url: string): boolean {
  return url.startsWith('listener:');
}

/** What an endpoint is called: a listener's URL says nothing to anybody. */
export function endpointName(url: string): string {
  return isListener(url) ? 'Temporary listener' : url;
}

/** @param tenant undefined: the key knows its tenant */
export function listenCommand(url: string, key: string, tenant: string | undefined): string {
  const whose = tenant === undefined ? '' : ` --tenant '${tenant.replaceAll("'", `'\\''`)}'`;
  return `export POSTHORN_URL=${url} POSTHORN_API_KEY=${key}
posthorn listen${whose} --forward-to http://localhost:3000/hook`;
}
