/**
 * The house rules for imports (docs/architecture.md): they point one way, and each risky library has one door. A rule
 * that gets in the way is a question to ask, not a line to delete: its comment says what it protects.
 */

/** Folders of src/ in which a request or a due delivery is worked on; siblings that meet in the ledger only. */
const WORKERS = ['intake', 'dispatcher', 'scheduler', 'replay', 'broadcast', 'listen', 'upkeep'];

/** Where the program is put together and started. What they put together is in src/wiring/. */
const COMPOSITION = '^src/(app\\.module|main)\\.ts$';

const siblings = WORKERS.map((folder) => ({
  name: `${folder}-knows-no-sibling`,
  comment:
    'What one step owes another stands in the ledger and is found there. An import instead would be a second way, ' +
    'which a crash between the two would break.',
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: `^src/(${WORKERS.filter((other) => other !== folder).join('|')})/` },
}));

module.exports = {
  forbidden: [
    {
      name: 'transformations-stand-alone',
      comment:
        'Expressions of strangers run there. What their threads could reach, a hole in the language could reach.',
      severity: 'error',
      from: { path: '^src/transformation/' },
      to: { path: '^(src/(?!transformation/)|migrations/)' },
    },
    {
      name: 'model-stands-alone',
      comment:
        'The nouns and their rules are pure: tested without a database, read without knowing the rest.',
      severity: 'error',
      from: { path: '^src/model/' },
      to: { path: '^(src/(?!model/)|migrations/)' },
    },
    {
      name: 'model-does-no-io',
      comment: 'A rule that opens a file or a socket is no longer a rule that can be tested by calling it.',
      severity: 'error',
      from: { path: '^src/model/' },
      to: {
        dependencyTypes: ['core'],
        path: '^(node:)?(fs|net|http|https|http2|tls|dns|child_process|worker_threads)',
      },
    },
    {
      name: 'ground-floor-looks-down',
      comment:
        'store, queue and egress know nouns, not what is done with them; so each can be replaced, and benched, alone.',
      severity: 'error',
      from: { path: '^src/(store|queue|egress)/' },
      to: { path: `^src/(${WORKERS.join('|')}|api)/` },
    },
    {
      name: 'ground-floor-stands-apart',
      comment:
        'The ledger must not depend on the queue, nor either on the network: losing one must leave the others whole.',
      severity: 'error',
      from: { path: '^src/(store|queue|egress)/' },
      to: { path: '^src/(store|queue|egress)/', pathNot: '^src/$1/' },
    },
    ...siblings,
    {
      name: 'nobody-imports-the-api',
      comment:
        'HTTP is one way in. What it needs from the inside it asks for; the inside does not know that it is there.',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: `^src/api/|${COMPOSITION}` },
      to: { path: '^src/api/' },
    },
    {
      name: 'wiring-is-for-the-composition',
      comment:
        'Parts are given what they need. One that asked the wiring for it would know all of the others through it.',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: `^src/wiring/|${COMPOSITION}` },
      to: { path: '^src/wiring/' },
    },
    {
      name: 'api-sends-nothing',
      comment:
        'A controller that reached for the dispatcher would send outside of the ledger, where nothing is retried or logged.',
      severity: 'error',
      from: { path: '^src/api/' },
      to: { path: '^src/(dispatcher|scheduler)/' },
    },
    {
      name: 'src-needs-no-workshop',
      comment:
        'What runs in production does not depend on what develops, tests or measures it, nor on the console’s code.',
      severity: 'error',
      from: { path: '^(src|migrations)/' },
      to: { path: '^(dev|test|bench|console)/' },
    },
    {
      name: 'workshop-needs-no-tests',
      comment: 'dev/ is built and started by users; the tests are not.',
      severity: 'error',
      from: { path: '^(dev|bench)/' },
      to: { path: '^test/' },
    },
    {
      name: 'one-door-to-the-outside',
      comment:
        'Every request to an address that a customer chose passes the address policy. A second importer of undici would be a ' +
        'way around it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/egress/' },
      to: { path: '(^|node_modules/)undici(/|$)' },
    },
    {
      name: 'one-door-to-the-queue',
      comment:
        'Nothing else knows whether Redis or PostgreSQL carries the references, nor that BullMQ does; so the backend is a setting.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/queue/' },
      to: { path: '(^|node_modules/)(bullmq|@nestjs/bullmq|ioredis)(/|$)' },
    },
    {
      name: 'one-door-to-the-database',
      comment:
        'All SQL is in the store, where it can be read, timed and explained in one place. Modules only hand the connection on.',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/store/|\\.module\\.ts$|${COMPOSITION}` },
      to: { path: '(^|node_modules/)(pg|typeorm|@nestjs/typeorm)(/|$)' },
    },
    {
      name: 'only-tools-for-tools',
      comment:
        'A production install leaves development dependencies out: importing one from src fails there and only there.',
      severity: 'error',
      from: { path: '^(src|migrations)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-undeclared-packages',
      comment: 'A package that only another package asks for is gone when that one changes its mind.',
      severity: 'error',
      from: { path: '^(src|migrations|dev|test)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-cycles',
      comment: 'Modules in a circle can only be understood, tested and loaded all at once.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'nothing-unresolved',
      comment: 'An import that leads nowhere would otherwise pass every rule above.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|console/dist)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Imports of types count: knowing another's types is knowing the other.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
