import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

const ONE_DOOR = 'Requests leave through src/egress alone: this is a way around the address policy.';

export default tseslint.config(
  // What stands in test/fixtures breaks rules, which is what it is for.
  { ignores: ['dist/', '**/dist/', 'node_modules/', 'coverage/', '.posthorn/', 'test/fixtures/'] },
  eslint.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A promise that nobody awaits loses its error, and with it perhaps a delivery.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off', // interfaces are async where one implementation is not
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'The environment is read in src/config.ts alone.' },
      ],
      eqeqeq: 'error',
    },
  },
  {
    // Nest reads constructor parameter types at run time, so those imports must stay values.
    files: [
      'src/**/*.controller.ts',
      'src/**/*.module.ts',
      'src/**/*.dto.ts',
      'src/api/**/*.ts',
      'src/app.module.ts',
    ],
    rules: { '@typescript-eslint/consistent-type-imports': 'off' },
  },
  {
    files: ['src/config.ts', 'test/**', 'bench/**', 'dev/**', 'sdk/examples/**', '*.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    // Beside undici (.dependency-cruiser.cjs), what Node itself has. The operator's own addresses are no stranger's: what the
    // command line calls, and the bucket that exports go to.
    files: ['src/**'],
    ignores: ['src/egress/**', 'src/cli/**', 'src/upkeep/export-bucket.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['fetch', 'WebSocket', 'EventSource'].map((name) => ({ name, message: ONE_DOOR })),
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: ['net', 'tls', 'http', 'https', 'http2'].map((name) => ({
            name: `node:${name}`,
            importNames: ['connect', 'createConnection', 'request', 'get', 'default'],
            message: ONE_DOOR,
          })),
        },
      ],
    },
  },
  { files: ['**/*.js', '**/*.mjs', '**/*.cjs'], ...tseslint.configs.disableTypeChecked },
  // TypeScript knows Node's globals from their types; plain JavaScript has to be told.
  { files: ['dev/*.mjs'], languageOptions: { globals: { console: 'readonly', process: 'readonly' } } },
  { files: ['*.cjs'], languageOptions: { globals: { module: 'writable' } } },
);
