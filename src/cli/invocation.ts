/** What a command of a developer is given. */
import type { Api } from './api.js';

export interface Invocation {
  api: Api;
  /** Options by their names. */
  given: Record<string, string | undefined>;
  /** What is not an option. */
  words: string[];
  print: (line: string) => void;
  /** A person pressed Ctrl-C. */
  signal: AbortSignal;
}
