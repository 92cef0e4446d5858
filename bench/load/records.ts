/**
 * A growing list of records of fixed size in one block of memory: a run keeps hundreds of thousands of ids and instants,
 * and as objects they would make the garbage collector part of what is measured. It is written to a file as it stands,
 * and read back by the process that compares what was accepted with what arrived.
 *
 * A record begins with five words, its key: an id's four (a UUID is 128 bits) and one number besides.
 */
import { readFileSync, writeFileSync } from 'node:fs';

export const KEY_WORDS = 5;

export class Records {
  /** Both are views of the same memory, and change when it grows. */
  words: Uint32Array;
  numbers: Float64Array;
  count = 0;

  /** @param bytesPerRecord a multiple of eight */
  constructor(
    readonly bytesPerRecord: number,
    capacity = 16_384,
  ) {
    const memory = new ArrayBuffer(bytesPerRecord * capacity);
    this.words = new Uint32Array(memory);
    this.numbers = new Float64Array(memory);
  }

  static read(file: string, bytesPerRecord: number): Records {
    const bytes = readFileSync(file);
    const records = new Records(bytesPerRecord, Math.max(1, bytes.length / bytesPerRecord));
    new Uint8Array(records.words.buffer).set(bytes);
    records.count = bytes.length / bytesPerRecord;
    return records;
  }

  /** @returns the new record's index; its fields are zero. */
  add(): number {
    if (this.count * this.bytesPerRecord === this.words.byteLength) this.grow();
    return this.count++;
  }

  wordAt(index: number): number {
    return (index * this.bytesPerRecord) / 4;
  }

  numberAt(index: number): number {
    return (index * this.bytesPerRecord) / 8;
  }

  write(file: string): void {
    writeFileSync(file, new Uint8Array(this.words.buffer, 0, this.count * this.bytesPerRecord));
  }

  private grow(): void {
    const larger = new Uint32Array(this.words.length * 2);
    larger.set(this.words);
    this.words = larger;
    this.numbers = new Float64Array(larger.buffer);
  }
}
