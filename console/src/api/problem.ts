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
