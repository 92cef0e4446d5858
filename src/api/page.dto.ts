import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX, wholeNumber } from './pagination.js';

/** What every list takes; lists with filters extend it. */
export class PageQuery {
  /** How many rows at most. */
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: PAGE_LIMIT_MAX, default: PAGE_LIMIT_DEFAULT })
  @IsOptional()
  @Transform(({ value }) => wholeNumber(value))
  @IsInt()
  @Min(1)
  @Max(PAGE_LIMIT_MAX)
  limit: number = PAGE_LIMIT_DEFAULT;

  /**
   * `nextCursor` of the page before; good for the same list with the same filters only.
   * @example "AZrCq8nzf3iQ1vI6xZ2yQm0pT4sWbKcA"
   */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  cursor?: string;
}

/** What every list's answer ends with. */
export class PageEnd {
  /** Asks for the next page; null when there is none. */
  nextCursor: string | null;
}
