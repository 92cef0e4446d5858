/**
 * Content filters: which events an endpoint wants, by what is in them. A filter is JSON in the shape of an event,
 *
 *   {"type": {"$startsWith": "invoice."}, "data": {"amount": {"$gte": 100}, "customer": {"country": "DE"}}}
 *
 * and holds when all of it holds (docs/endpoints.md has the rules, filter-operators.ts the operators). Reading one
 * answers a compiled filter, or every problem with its path, so that a form can show them all.
 *
 * Filters are strangers' programs that run in the middle of an emit. So they are bounded thrice: in size when they are
 * saved, in steps for one event, and in steps over all endpoints of that event. One that is not decided by then counts
 * as matching: an event too many does less harm than one that never came.
 */
import { anyElement, not, operators, spend, undecided, type Meter, type Test } from './filter-operators.js';

export interface FilterProblem {
  /** Such as `filter.data.amount.$gte`. */
  path: string;
  message: string;
}

export type ReadFilter = { filter: Filter } | { problems: FilterProblem[] };

/** More than people write by hand. */
const CONDITIONS_MAX = 200;
/** Fields and operators inside each other; the evaluation recurses no deeper. */
const DEPTH_MAX = 20;
/** About 2 ms. An ordinary filter takes ten of them. */
const STEPS_MAX = 100_000;
/** For all filters that one event is held against: about 20 ms. */
const EVENT_STEPS_MAX = 1_000_000;

/** What a filter may look at. */
const ROOTS = ['data', 'type', 'tags'];

/** An event that filters are asked about. Its data is parsed when the first of them looks at it, once for all. */
export class FilteredEvent {
  stepsLeft = EVENT_STEPS_MAX;
  private parsed: { data: unknown } | undefined;

  /** @param event `data` is JSON text */
  constructor(private readonly event: { type: string; data: string; tags?: string[] | undefined }) {}

  get type(): string {
    return this.event.type;
  }

  get tags(): string[] {
    return this.event.tags ?? [];
  }

  get data(): unknown {
    this.parsed ??= { data: JSON.parse(this.event.data) as unknown };
    return this.parsed.data;
  }
}

export class Filter {
  private constructor(private readonly test: Test) {}

  static read(source: unknown): ReadFilter {
    const reader = new FilterReader();
    const test = reader.object(source, 'filter', 1, true);
    return reader.problems.length > 0 ? { problems: reader.problems } : { filter: new Filter(test) };
  }

  /** Of one that was judged when it was saved. Should it be broken all the same, it lets everything through. */
  static stored(source: unknown): Filter {
    const read = Filter.read(source);
    return 'filter' in read ? read.filter : new Filter(() => true);
  }

  matches(event: FilteredEvent): boolean {
    const allowed = Math.min(STEPS_MAX, event.stepsLeft);
    const meter: Meter = { left: allowed };
    try {
      return this.test(event, meter);
    } catch (error) {
      if (error === undecided) return true;
      throw error;
    } finally {
      event.stepsLeft = Math.max(0, event.stepsLeft - (allowed - meter.left));
    }
  }
}

/** Turns the parts of a filter into tests, and gathers what is wrong with it. */
class FilterReader {
  readonly problems: FilterProblem[] = [];
  private conditions = 0;

  /**
   * Everything in one object has to hold. What asks about a value as a whole ($not, $exist, …) is put to it as it is;
   * the rest may be answered by an element, if the value is a list, but then all of it by the same one.
   * @param isRoot it stands for the event, not for a value in it
   */
  object(source: unknown, path: string, depth: number, isRoot = false): Test {
    if (typeof source !== 'object' || source === null || Array.isArray(source)) {
      return this.refuse(path, 'must be an object');
    }
    if (depth > DEPTH_MAX) return this.refuse(path, `is nested more deeply than ${DEPTH_MAX} levels`);
    const entries = Object.entries(source);
    if (entries.length === 0 && !isRoot) return this.refuse(path, 'must not be empty');
    const ofWhole: Test[] = [];
    const ofElement: Test[] = [];
    for (const [name, operand] of entries) {
      const at = `${path}.${name}`;
      if (!this.count()) break;
      if (name === '$and' || name === '$or') ofWhole.push(this.several(name, operand, at, depth, isRoot));
      else if (name === '$not') ofWhole.push(not(this.condition(operand, at, depth + 1, isRoot)));
      else if (isRoot && !ROOTS.includes(name))
        this.refuse(at, `is none of ${ROOTS.join(', ')}, $and, $or, $not`);
      else if (!name.startsWith('$'))
        ofElement.push(field(name, this.condition(operand, at, depth + 1), isRoot));
      else (operators[name]?.ofWhole ? ofWhole : ofElement).push(this.operator(name, operand, at));
    }
    if (ofElement.length > 0) ofWhole.push(anyElement(all(ofElement)));
    return all(ofWhole);
  }

  /** An object of conditions, or a plain value that is to be equal. */
  private condition(source: unknown, path: string, depth: number, isRoot = false): Test {
    if (Array.isArray(source)) return this.refuse(path, 'must not be a list; write {"$in": […]}');
    if (isRoot || (typeof source === 'object' && source !== null)) {
      return this.object(source, path, depth, isRoot);
    }
    return anyElement(this.operator('$eq', source, path));
  }

  private several(name: '$and' | '$or', source: unknown, path: string, depth: number, isRoot: boolean): Test {
    if (!Array.isArray(source) || source.length === 0) {
      return this.refuse(path, 'must be a list of conditions, and not empty');
    }
    const tests: Test[] = [];
    for (const [index, part] of source.entries()) {
      if (!this.count()) break;
      tests.push(this.condition(part, `${path}[${index}]`, depth + 1, isRoot));
    }
    return name === '$and' ? all(tests) : any(tests);
  }

  private operator(name: string, operand: unknown, path: string): Test {
    const operator = Object.hasOwn(operators, name) ? operators[name] : undefined;
    if (operator === undefined) {
      return this.refuse(
        path,
        `is no operator; there are ${[...Object.keys(operators), '$and', '$or', '$not'].join(' ')}`,
      );
    }
    const read = operator.read(operand);
    return typeof read === 'string' ? this.refuse(path, read) : read;
  }

  /** False when there are too many; said once. */
  private count(): boolean {
    if (++this.conditions === CONDITIONS_MAX + 1) {
      this.refuse('filter', `has more than ${CONDITIONS_MAX} conditions`);
    }
    return this.conditions <= CONDITIONS_MAX;
  }

  private refuse(path: string, message: string): Test {
    this.problems.push({ path, message });
    return () => false;
  }
}

function field(name: string, test: Test, isRoot: boolean): Test {
  if (isRoot) return (event, meter) => test((event as Record<string, unknown>)[name], meter);
  return (value, meter) => {
    spend(meter, 1);
    const holds = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
    return test(holds ? (value as Record<string, unknown>)[name] : undefined, meter);
  };
}

function all(tests: Test[]): Test {
  if (tests.length === 1) return tests[0]!;
  return (value, meter) => tests.every((test) => test(value, meter));
}

function any(tests: Test[]): Test {
  return (value, meter) => tests.some((test) => test(value, meter));
}
