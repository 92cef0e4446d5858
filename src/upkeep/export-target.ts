/** Where exports go. */
export interface ExportTarget {
  /**
   * Keeps the content under the name, whole or not at all: whoever sees the name may copy it. Answers where it is. A crash
   * leaves nothing under that name, and the next run begins anew.
   */
  keep(name: string, content: AsyncIterable<Buffer>): Promise<string>;
}
