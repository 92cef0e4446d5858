/** A refusal as the API tells it (RFC 9457), or as we do when no answer came at all. */
export interface FieldProblem {
  path: string;
  message: string;
}

export class Problem extends Error {
  constructor(
    /** 0: nothing answered. */
    readonly status: number,
    readonly code: string,
    message: string,
    readonly errors: FieldProblem[] = [],
    readonly requestId?: string,
  ) {
    super(message);
    this.name = 'Problem';
  }

  /** What is wrong with one field of a form. */
  at(path: string): string | undefined {
    return this.errors.find(
      (error) =>
        error.path === path || error.path.startsWith(`${path}.`) || error.path.startsWith(`${path}[`),
    )?.message;
  }
}

export function problemAt(error: unknown, path: string): string | undefined {
  return error instanceof Problem ? error.at(path) : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** True for what time may mend: no answer, or a server that could not. The API's own refusals are no such thing. */
export function isPassing(error: unknown): boolean {
  return !(error instanceof Problem) || error.status === 0 || error.status === 429 || error.status >= 500;
}

/** What the reader can do about it; undefined where the message itself says so. */
export function adviceOn(error: unknown): string | undefined {
  if (!(error instanceof Problem))
    return 'Reload the page. If it stays, whoever runs this Posthorn should know.';
  switch (error.status) {
    case 403:
      return 'It takes more rights than you were given. Ask whoever gave you your key or link.';
    case 404:
      return 'Look at the address: it may not be whole, or be of something that is deleted or too old to be kept.';
  }
  return error.status >= 500
    ? 'It is not your doing. If it stays, tell whoever runs this Posthorn.'
    : undefined;
}
