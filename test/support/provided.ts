/** What global-setup.ts starts once for all test files, and how each of them gets at it: `inject('postgresUrl')`. */
declare module 'vitest' {
  export interface ProvidedContext {
    /** Of the server's own database, for creating and dropping those of the tests. */
    postgresUrl: string;
    /** Undefined where this machine has no Redis. */
    redisUrl: string | undefined;
  }
}

/** A migrated database that test databases are copied from: much faster than migrating each. */
export const TEMPLATE_DATABASE = 'posthorn_template';
