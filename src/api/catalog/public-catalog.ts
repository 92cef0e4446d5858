/**
 * The catalog for everybody (PUBLIC_CATALOG): documentation for customers-to-be, who have no key. Only what is meant for
 * them is in it: no archived types, nothing of how emits are judged. Whoever asks is nobody we know, so answers are kept
 * for a moment and an address may ask so often only.
 */
import { PosthornError } from '../../errors.js';
import type { ListedEventType } from '../../store/event-types.js';
import { EventTypeStore } from '../../store/event-types.js';
import { BriefMemory } from '../brief-memory.js';
import { PagePosition, type Page } from '../pagination.js';
import type { PublicEventType, PublicEventTypeSummary } from './public-catalog.dto.js';

const KEPT_MS = 5_000;
/** An entry may be 128 KiB of schema and examples. */
const ENTRIES_KEPT_MAX = 100;
const PAGES_KEPT_MAX = 20;

export class PublicCatalog {
  private readonly pages = new BriefMemory<Page<PublicEventTypeSummary>>(KEPT_MS, PAGES_KEPT_MAX);
  private readonly entries = new BriefMemory<PublicEventType>(KEPT_MS, ENTRIES_KEPT_MAX);

  constructor(
    private readonly eventTypes: EventTypeStore,
    private readonly isPublic: boolean,
  ) {}

  /** @throws PosthornError `not_found` where the catalog is not public; `cursor_invalid` */
  async page(limit: number, cursor: string | undefined): Promise<Page<PublicEventTypeSummary>> {
    this.mustBePublic();
    const position = new PagePosition('public-catalog');
    const before = position.before(cursor);
    return this.pages.recall(`${limit} ${before}`, async () => {
      const rows = await this.eventTypes.list({ before, limit: limit + 1, archived: false });
      return position.page(rows, limit, summaryOf);
    });
  }

  /** @throws PosthornError `not_found` where the catalog is not public; `event_type_not_found` */
  async entry(name: string): Promise<PublicEventType> {
    this.mustBePublic();
    return this.entries.recall(name, async () => {
      const entry = await this.eventTypes.get(name);
      if (entry.archived) throw new PosthornError('event_type_not_found');
      const { schema, example, examples } = entry;
      return { ...summaryOf(entry), schema, example, examples: examples ?? [] };
    });
  }

  /** As if there were no such route: a private catalog is nobody's business. */
  private mustBePublic(): void {
    if (!this.isPublic) throw new PosthornError('not_found');
  }
}

type Summarized = Pick<ListedEventType, 'name' | 'description' | 'group' | 'version'>;

function summaryOf({ name, description, group, version }: Summarized): PublicEventTypeSummary {
  return { name, description, group, version };
}
