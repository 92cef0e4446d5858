import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsObject, IsOptional, IsString, MaxLength, MinLength, ValidateNested } from 'class-validator';
import { authTypes } from '../../model/endpoint-auth.js';
import { Omittable } from '../fields.js';

/** Together they leave most of the 8 KiB of headers that servers take. */
const CREDENTIAL_LENGTH_MAX = 1_024;
/** Signed tokens are long. */
const TOKEN_LENGTH_MAX = 4_096;

/** A user name and a password (RFC 7617). */
export class BasicAuth {
  @IsIn(['basic'])
  @ApiProperty({ enum: ['basic'] })
  type: 'basic';

  /**
   * Without a colon.
   * @example "posthorn"
   */
  @IsString()
  @MaxLength(CREDENTIAL_LENGTH_MAX)
  username: string;

  /**
   * Answers show `•••`; in a change, that keeps it.
   * @example "correct horse battery staple"
   */
  @IsString()
  @MaxLength(CREDENTIAL_LENGTH_MAX)
  password: string;
}

/** A token that does not change (RFC 6750). */
export class BearerAuth {
  @IsIn(['bearer'])
  @ApiProperty({ enum: ['bearer'] })
  type: 'bearer';

  /**
   * Answers show `•••`; in a change, that keeps it.
   * @example "eyJhbGciOiJIUzI1NiJ9.e30.ZRrHA1JJJW8opsbCGfG_HACGpVUMN_a9IV7pAx_Zmeo"
   */
  @IsString()
  @MinLength(1)
  @MaxLength(TOKEN_LENGTH_MAX)
  token: string;
}

/**
 * OAuth 2.0 client credentials (RFC 6749, section 4.4): an access token is fetched from `tokenUrl`, kept until shortly
 * before it expires, and renewed once when the receiver answers 401.
 */
export class OAuth2Auth {
  @IsIn(['oauth2'])
  @ApiProperty({ enum: ['oauth2'] })
  type: 'oauth2';

  /**
   * Under the same rules as the endpoint's URL.
   * @example "https://auth.example.com/oauth/token"
   */
  @IsString()
  @MaxLength(8_192)
  tokenUrl: string;

  /** @example "posthorn" */
  @IsString()
  @MinLength(1)
  @MaxLength(CREDENTIAL_LENGTH_MAX)
  clientId: string;

  /**
   * Answers show `•••`; in a change, that keeps it as long as `tokenUrl` stays the same.
   * @example "s3cr3t"
   */
  @IsString()
  @MinLength(1)
  @MaxLength(CREDENTIAL_LENGTH_MAX)
  clientSecret: string;

  /** @example "webhooks:write" */
  @Omittable()
  @IsString()
  @MinLength(1)
  @MaxLength(CREDENTIAL_LENGTH_MAX)
  scope?: string;

  /** @example "https://example.com/webhooks" */
  @Omittable()
  @IsString()
  @MinLength(1)
  @MaxLength(CREDENTIAL_LENGTH_MAX)
  audience?: string;
}

/** What a type that nobody knows is held against. */
class UnknownAuth {
  @IsIn(authTypes)
  type: string;
}

export type AuthDto = BasicAuth | BearerAuth | OAuth2Auth;

const authSchema = {
  oneOf: [BasicAuth, BearerAuth, OAuth2Auth].map((dto) => ({ $ref: getSchemaPath(dto) })),
};

/** For the field of a body that is called `auth`. */
export const IsAuth = () =>
  applyDecorators(
    IsOptional(),
    IsObject(),
    ValidateNested(),
    Type((options) => authClass((options?.object as { auth?: unknown }).auth)),
    ApiExtraModels(BasicAuth, BearerAuth, OAuth2Auth),
    ApiPropertyOptional({ ...authSchema, nullable: true }),
  );

/** For the field of an answer. */
export const ShownAuth = () =>
  ApiProperty({ ...authSchema, nullable: true, example: { type: 'bearer', token: '•••' } });

function authClass(auth: unknown): new () => object {
  switch ((auth as { type?: unknown } | null)?.type) {
    case 'basic':
      return BasicAuth;
    case 'bearer':
      return BearerAuth;
    case 'oauth2':
      return OAuth2Auth;
    default:
      return UnknownAuth;
  }
}
