/** The OpenAPI document, made from controllers, DTOs and their comments; openapi.yaml is this, written down. */
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { VERSION } from '../../version.js';
import { BasicAuth, BearerAuth, OAuth2Auth } from '../endpoints/auth.dto.js';
import { EndpointTls } from '../endpoints/tls.dto.js';
import { FieldProblemAnswer, ProblemAnswer } from '../problem.dto.js';
import { giveExamples } from './examples.js';
import { shareResponses } from './share-responses.js';

const description = `Sends webhooks: emit an event, and it is signed and delivered to every endpoint that asked for it.

Authenticate with \`Authorization: Bearer <key>\`. Fields are camelCase, instants are ISO 8601 in UTC, ids are prefixed
and rise with time. A tenant may be addressed by its id or by its \`externalId\`. Lists answer
\`{"data": […], "nextCursor": …}\`, newest first. Errors are problems (RFC 9457) with a stable \`code\`.`;

/** Tags in the order of the reference; those that stand here have a sentence. */
const tags: Record<string, string> = {
  Tenants: 'The customers of the product.',
  'Event types': 'The catalog: what can be emitted, told to those who receive it.',
  Endpoints: 'Where a tenant wants its events to be sent, and how.',
  Listeners: 'Endpoints that a developer’s machine serves, without being reachable: `posthorn listen`.',
  Events: 'Emitting, and what was emitted.',
  Broadcasts: 'Emitting one event to many tenants.',
  Deliveries: 'What is owed to endpoints, each attempt at it, and doing it again.',
  Replays: 'Doing many deliveries again.',
  Portal: 'Letting customers see to their own endpoints.',
  'API keys': 'Keys to this API.',
  'Audit log': 'Who changed what, and who read a secret.',
  Operations: 'For those who run Posthorn.',
};

export function openApiDocument(app: INestApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Posthorn')
    .setDescription(description)
    .setVersion(VERSION)
    .setLicense('MIT', 'https://spdx.org/licenses/MIT.html')
    .addServer('/', 'This installation')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', description: 'An API key, or a token for the portal.' },
      'bearer',
    )
    .addSecurityRequirements('bearer');
  for (const [name, about] of Object.entries(tags)) builder.addTag(name, about);

  const made = SwaggerModule.createDocument(app, builder.build(), {
    // Those that stand behind references only, where Nest does not see them.
    extraModels: [ProblemAnswer, FieldProblemAnswer, BasicAuth, BearerAuth, OAuth2Auth, EndpointTls],
  });
  giveExamples(made);
  shareResponses(made);
  const { openapi, info, servers, tags: named, security, paths, components } = made;
  return { openapi, info, servers, security, tags: named, paths, components };
}
