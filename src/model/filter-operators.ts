/**
 * The operators of filters: what each takes, and what it asks of a value. A value is whatever JSON.parse makes, or
 * `undefined` where the event has nothing. Numbers are compared as doubles: past 2^53 neighbours are the same.
 */
import { RE2JS } from 're2js';

/**
 * What a filter may still spend on an event. A step is about 20 ns: small enough that counting it is the larger part
 * of it, and the same in every process, so that all of them decide alike.
 */
export interface Meter {
  left: number;
}

/** Thrown when the steps are used up. One object for all: what would its stack tell? */
export const undecided = new Error('the filter could not be decided within its steps');

export type Test = (value: unknown, meter: Meter) => boolean;

export interface Operator {
  /** The test, or why the operand cannot be taken. */
  read(operand: unknown): Test | string;
  /** Asked of a list as a whole. The others hold for a list if they hold for one of its elements. */
  ofWhole?: true;
}

type Scalar = string | number | boolean | null;
type Ordered = string | number;

/** More than a list that people keep in a filter. */
const CHOICES_MAX = 500;
const TEXT_LENGTH_MAX = 1_024;
const PATTERN_LENGTH_MAX = 256;
/** Instructions of the compiled pattern; counted repetitions (`x{100}`) multiply them. */
const PATTERN_SIZE_MAX = 200;
/** A text is searched this far. With the size above: 0.5 ms for the worst pattern. */
const SEARCHED_LENGTH_MAX = 1_024;
/** Measured: the engine does eight instructions for a character in the time of one step. */
const INSTRUCTIONS_PER_STEP = 8;

export const operators: Record<string, Operator> = {
  $eq: { read: readEquals },
  $ne: { read: (operand) => negated(readEquals(operand)), ofWhole: true },
  $gt: { read: ordering((value, bound) => value > bound) },
  $gte: { read: ordering((value, bound) => value >= bound) },
  $lt: { read: ordering((value, bound) => value < bound) },
  $lte: { read: ordering((value, bound) => value <= bound) },
  $in: { read: readIn },
  $nin: { read: (operand) => negated(readIn(operand)), ofWhole: true },
  $exist: { read: readExist, ofWhole: true },
  $startsWith: { read: readStartsWith },
  $regex: { read: readRegex },
};

export function spend(meter: Meter, steps: number): void {
  meter.left -= steps;
  if (meter.left < 0) throw undecided;
}

/** Of a list: one of its elements passes. */
export function anyElement(test: Test): Test {
  return (value, meter) =>
    Array.isArray(value) ? value.some((element) => test(element, meter)) : test(value, meter);
}

export function not(test: Test): Test {
  return (value, meter) => !test(value, meter);
}

/** "Is not x" of a list means that none of its elements is. */
function negated(read: Test | string): Test | string {
  return typeof read === 'string' ? read : not(anyElement(read));
}

function readEquals(operand: unknown): Test | string {
  if (!isScalar(operand)) return 'must be a string, a number, true, false or null';
  return (value, meter) => {
    spend(meter, 1);
    return value === operand;
  };
}

function readIn(operand: unknown): Test | string {
  if (!Array.isArray(operand) || operand.length > CHOICES_MAX || !operand.every(isScalar)) {
    return `must be a list of at most ${CHOICES_MAX} strings, numbers, true, false or null`;
  }
  const choices = new Set<unknown>(operand);
  return (value, meter) => {
    spend(meter, 1);
    return choices.has(value);
  };
}

/** Like is compared with like: a number is neither more nor less than a text. Texts go by their UTF-16 code units. */
function ordering(holds: (value: Ordered, bound: Ordered) => boolean): Operator['read'] {
  return (operand) => {
    if (typeof operand !== 'number' && typeof operand !== 'string') return 'must be a number or a string';
    return (value, meter) => {
      spend(meter, 1);
      return typeof value === typeof operand && holds(value as Ordered, operand);
    };
  };
}

function readExist(operand: unknown): Test | string {
  if (typeof operand !== 'boolean') return 'must be true or false';
  return (value, meter) => {
    spend(meter, 1);
    return (value !== undefined) === operand;
  };
}

function readStartsWith(operand: unknown): Test | string {
  if (typeof operand !== 'string' || operand.length > TEXT_LENGTH_MAX) {
    return `must be a string of at most ${TEXT_LENGTH_MAX} characters`;
  }
  return (value, meter) => {
    spend(meter, 1);
    return typeof value === 'string' && value.startsWith(operand);
  };
}

/** RE2: no pattern takes more than linear time, in exchange for look-around and back references. */
function readRegex(operand: unknown): Test | string {
  if (typeof operand !== 'string' || operand.length > PATTERN_LENGTH_MAX) {
    return `must be a regular expression of at most ${PATTERN_LENGTH_MAX} characters`;
  }
  let pattern: RE2JS;
  try {
    pattern = compiled(operand);
  } catch (error) {
    return `is not a regular expression in RE2 syntax: ${(error as Error).message}`;
  }
  const size = pattern.programSize();
  if (size > PATTERN_SIZE_MAX) {
    return `is too large: ${size} steps a character, allowed are ${PATTERN_SIZE_MAX}; shorten its repetitions`;
  }
  return (value, meter) => {
    spend(meter, 1);
    if (typeof value !== 'string') return false;
    const text = value.length > SEARCHED_LENGTH_MAX ? value.slice(0, SEARCHED_LENGTH_MAX) : value;
    spend(meter, Math.ceil((text.length * size) / INSTRUCTIONS_PER_STEP) + REGEX_STEPS);
    return pattern.test(text);
  };
}

/** What a search costs before its first character. */
const REGEX_STEPS = 50;

/**
 * Patterns that were used lately. A pattern builds its automaton during its first searches, which takes a hundred times
 * as long as the later ones, and endpoints of one product tend to share their patterns.
 */
const patterns = new Map<string, RE2JS>();
const PATTERNS_MAX = 1_000;

/** @throws RE2JSSyntaxException */
function compiled(text: string): RE2JS {
  let pattern = patterns.get(text);
  if (pattern === undefined) {
    pattern = RE2JS.compile(text);
    if (patterns.size >= PATTERNS_MAX) patterns.delete(patterns.keys().next().value!);
    patterns.set(text, pattern);
  }
  return pattern;
}

function isScalar(value: unknown): value is Scalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
