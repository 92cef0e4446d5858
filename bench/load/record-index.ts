/** Finds records by their key: a hash table of indexes into {@link Records}, with open addressing. */
import { KEY_WORDS, type Records } from './records.js';

const EMPTY = -1;

export class RecordIndex {
  private slots: Int32Array;
  private mask: number;

  constructor(private readonly records: Records) {
    this.mask = 2 ** Math.ceil(Math.log2(Math.max(16_384, records.count * 2))) - 1;
    this.slots = new Int32Array(this.mask + 1).fill(EMPTY);
    for (let index = 0; index < records.count; index++) this.insert(index);
  }

  /** @returns the index of the record with this key, or -1. */
  find(key: Uint32Array): number {
    for (let slot = this.slotOf(key, 0); ; slot = (slot + 1) & this.mask) {
      const index = this.slots[slot]!;
      if (index === EMPTY || this.matches(index, key)) return index;
    }
  }

  /** @returns the index of the record with this key, which is made if there is none. */
  findOrAdd(key: Uint32Array): number {
    const found = this.find(key);
    if (found !== EMPTY) return found;
    const index = this.records.add();
    this.records.words.set(key, this.records.wordAt(index));
    if (this.records.count * 2 > this.slots.length) this.rehash();
    else this.insert(index);
    return index;
  }

  private insert(index: number): void {
    let slot = this.slotOf(this.records.words, this.records.wordAt(index));
    while (this.slots[slot] !== EMPTY) slot = (slot + 1) & this.mask;
    this.slots[slot] = index;
  }

  private rehash(): void {
    this.mask = this.slots.length * 2 - 1;
    this.slots = new Int32Array(this.mask + 1).fill(EMPTY);
    for (let index = 0; index < this.records.count; index++) this.insert(index);
  }

  private matches(index: number, key: Uint32Array): boolean {
    const at = this.records.wordAt(index);
    for (let word = 0; word < KEY_WORDS; word++) {
      if (this.records.words[at + word] !== key[word]) return false;
    }
    return true;
  }

  /** The last words of a UUIDv7 are random; the fifth tells the deliveries of one event apart. */
  private slotOf(words: Uint32Array, at: number): number {
    const mixed =
      Math.imul(words[at + 3]! ^ Math.imul(words[at + 4]!, 0x9e3779b1), 0x85ebca6b) ^ words[at + 2]!;
    return (mixed ^ (mixed >>> 15)) & this.mask;
  }
}
