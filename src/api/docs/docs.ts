/**
 * The API reference, offline: Swagger UI from its npm package, our own page around it (no inline script or style, so
 * that helmet's content security policy holds), the OpenAPI document as JSON and YAML, and what each error code means.
 */
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { errorTable } from '../../errors.js';
import { openApiDocument } from './openapi-document.js';
import { toYaml } from './yaml.js';

const assets: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Posthorn API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
  </head>
  <body>
    <div id="reference"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

const start = `SwaggerUIBundle({
  url: '/docs/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  // Asks an outside service otherwise.
  validatorUrl: null,
});
`;

const HTML = 'text/html; charset=utf-8';

export function installDocs(app: NestFastifyApplication): void {
  const instance = app.getHttpAdapter().getInstance();
  const assetFolder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  // Made when somebody first asks: it costs a tenth of a second, and most processes are never asked.
  let document: ReturnType<typeof openApiDocument> | undefined;
  const describe = () => (document ??= openApiDocument(app));

  instance.get('/docs', (_, reply) => reply.type(HTML).send(page));
  instance.get('/docs/start.js', (_, reply) => reply.type('text/javascript; charset=utf-8').send(start));
  instance.get('/docs/errors', (_, reply) => reply.type(HTML).send(errorsPage()));
  instance.get('/docs/openapi.json', (_, reply) =>
    reply.type('application/json').send(JSON.stringify(describe())),
  );
  instance.get('/openapi.yaml', (_, reply) => reply.type('application/yaml').send(toYaml(describe())));
  for (const [name, type] of Object.entries(assets)) {
    instance.get(`/docs/${name}`, async (_, reply) => {
      const bytes = await readFile(join(assetFolder, name));
      return reply.type(type).header('cache-control', 'public, max-age=3600').send(bytes);
    });
  }
}

/** Where the `type` of a problem leads. */
function errorsPage(): string {
  const rows = Object.entries(errorTable).map(
    ([code, { status, title }]) =>
      `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${title}</td></tr>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Posthorn: errors</title></head>
<body><h1>Errors</h1><table><tr><th>code</th><th>status</th><th>meaning</th></tr>
${rows.join('\n').replaceAll('<key>', '&lt;key&gt;')}
</table></body></html>
`;
}
