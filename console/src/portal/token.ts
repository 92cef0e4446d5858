/**
 * The portal's token: comes in the URL's fragment, which is sent to no server, and is taken out of the address bar at
 * once, so that it is in no bookmark and no screenshot. Kept for this tab only, so that a reload does not sign out.
 */
const KEPT_AS = 'posthorn-portal-token';

export function takeToken(): string | undefined {
  const given = new URLSearchParams(window.location.hash.slice(1)).get('token');
  if (given !== null) {
    window.history.replaceState(window.history.state, '', window.location.pathname + window.location.search);
    keep(given);
    return given;
  }
  return keptToken();
}

export function forgetToken(): void {
  try {
    sessionStorage.removeItem(KEPT_AS);
  } catch {
    // Nothing was kept either.
  }
}

/** In a frame, a browser may refuse storage; then a reload needs a new link, and nothing else suffers. */
function keep(token: string): void {
  try {
    sessionStorage.setItem(KEPT_AS, token);
  } catch {
    return;
  }
}

export function keptToken(): string | undefined {
  try {
    return sessionStorage.getItem(KEPT_AS) ?? undefined;
  } catch {
    return undefined;
  }
}
