import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsObject, IsOptional, IsString, MaxLength, MinLength, ValidateNested } from 'class-validator';
import { Omittable } from '../fields.js';

/** A chain of a few certificates; kept in memory by every process that sends to the endpoint. */
const PEM_LENGTH_MAX = 16_384;

/** PEM. `clientCertificate` and `clientKey` go together. */
export class EndpointTls {
  /**
   * Shown to the server (mTLS), with the intermediate certificates after it.
   * @example "-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n"
   */
  @Omittable()
  @IsString()
  @MinLength(1)
  @MaxLength(PEM_LENGTH_MAX)
  clientCertificate?: string;

  /**
   * Without a passphrase. Answers show `•••`; in a change, that keeps it.
   * @example "-----BEGIN PRIVATE KEY-----\n…\n-----END PRIVATE KEY-----\n"
   */
  @Omittable()
  @IsString()
  @MinLength(1)
  @MaxLength(PEM_LENGTH_MAX)
  clientKey?: string;

  /**
   * What the server's certificate must come from, in place of the public roots.
   * @example "-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n"
   */
  @Omittable()
  @IsString()
  @MinLength(1)
  @MaxLength(PEM_LENGTH_MAX)
  ca?: string;
}

/** For the field of a body that is called `tls`. */
export const IsTls = () =>
  applyDecorators(
    IsOptional(),
    IsObject(),
    ValidateNested(),
    Type(() => EndpointTls),
    ApiExtraModels(EndpointTls),
    ApiPropertyOptional({ oneOf: [{ $ref: getSchemaPath(EndpointTls) }], nullable: true }),
  );

/** For the field of an answer. */
export const ShownTls = () =>
  ApiProperty({ oneOf: [{ $ref: getSchemaPath(EndpointTls) }], nullable: true, example: null });
