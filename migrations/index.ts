/**
 * Every migration, oldest first. A list and not a glob: a file that is missing from a build or an image fails the
 * compiler instead of a start, and the tests can run the sources as they are. Add yours at the end.
 */
import { Ledger1763700000000 } from './1763700000000-ledger.js';

export const migrations = [Ledger1763700000000];
