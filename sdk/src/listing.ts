/**
 * A list of Posthorn's, page by page or row by row, however long it is:
 *
 *   for await (const delivery of posthorn.deliveries.list({ status: 'failed' })) …
 *
 * A page is asked for when its first row is wanted, so that whoever stops early has not read the rest. A page may be empty
 * and still not be the last: Posthorn looks for each in bounded time.
 */
export interface Page<Row> {
  data: Row[];
  nextCursor: string | null;
}

export class Listing<Row> implements AsyncIterable<Row> {
  constructor(private readonly read: (cursor: string | undefined) => Promise<Page<Row>>) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Row> {
    for await (const page of this.pages()) yield* page.data;
  }

  async *pages(): AsyncGenerator<Page<Row>> {
    let cursor: string | undefined;
    do {
      const page = await this.read(cursor);
      yield page;
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
  }

  /** The first rows, as an array: what does not fit into memory is not asked for. */
  async take(rowsMax: number): Promise<Row[]> {
    const rows: Row[] = [];
    if (rowsMax <= 0) return rows;
    for await (const row of this) {
      rows.push(row);
      if (rows.length >= rowsMax) break;
    }
    return rows;
  }
}
