/** The OpenAPI document, made from controllers, DTOs and their comments; openapi.yaml is this, written down. */
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { INestApplication } from '@nestjs/common';

export function openApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Posthorn')
    .setVersion('0.1.0')
    .build();
  return SwaggerModule.createDocument(app, config);
}
