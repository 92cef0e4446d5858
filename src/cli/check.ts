/** One thing that the doctor looks at, and how it says what it found. */
export type Finding =
  | { verdict: 'well'; says: string }
  /** Posthorn runs, but not as it should. */
  | { verdict: 'warning'; says: string; do: string }
  | { verdict: 'wrong'; says: string; do: string };

export interface Examination {
  subject: string;
  /** Throws what it cannot explain; that counts as wrong. */
  examine: () => Promise<Finding[]>;
}

export function well(says: string): Finding {
  return { verdict: 'well', says };
}

export function warning(says: string, toDo: string): Finding {
  return { verdict: 'warning', says, do: toDo };
}

export function wrong(says: string, toDo: string): Finding {
  return { verdict: 'wrong', says, do: toDo };
}
