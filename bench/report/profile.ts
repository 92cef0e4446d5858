/**
 * Where a process spent its time, from V8's own CPU profile (`--profile`): functions by the time spent in themselves. Shares
 * hold up on a busy machine, where times do not. The .cpuprofile files open in any browser's developer tools.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Table } from './section.js';

interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
}

const ROWS_MAX = 40;
/** Waiting for the kernel is no work; V8 calls it these names. */
const IDLE = new Set(['(idle)', '(program)']);

/** The profiles in a folder: two tables each. */
export function profileTables(folder: string): Table[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.cpuprofile'))
    .flatMap((file) => {
      const profile = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as CpuProfile;
      return [table(file, 'part', profile, partOf), table(file, 'function', profile, functionOf)];
    });
}

type Frame = CpuProfile['nodes'][0]['callFrame'];

function table(file: string, by: string, profile: CpuProfile, nameOf: (frame: Frame) => string): Table {
  const frames = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
  const microsOf = new Map<string, number>();
  let busyMicros = 0;
  for (const [index, sample] of profile.samples.entries()) {
    const frame = frames.get(sample)!;
    if (IDLE.has(frame.functionName)) continue;
    const name = nameOf(frame);
    const micros = profile.timeDeltas[index]!;
    busyMicros += micros;
    microsOf.set(name, (microsOf.get(name) ?? 0) + micros);
  }
  const rows = [...microsOf]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, ROWS_MAX)
    .map(([name, micros]) => [name, `${((micros * 100) / busyMicros).toFixed(1)} %`]);
  return {
    title: `${file}: ${(busyMicros / 1e6).toFixed(1)} s at work, by ${by}`,
    columns: [by, 'of its own'],
    rows,
  };
}

/** `parse pg-protocol/dist/parser.js:87`. */
function functionOf({ functionName, url, lineNumber }: Frame): string {
  const place = placeOf(url);
  const name = functionName || '(anonymous)';
  return place === '' ? name : `${name} ${place}:${lineNumber + 1}`;
}

/** A package, a module of Node's, a folder of ours; what V8 and Node have built in stands by its own name. */
function partOf({ functionName, url }: Frame): string {
  const [first = '', second = ''] = placeOf(url).split('/');
  if (first === '') return functionName || '(native)';
  return first === 'src' || first.startsWith('@') ? `${first}/${second}` : first;
}

function placeOf(url: string): string {
  return url.replace(/^.*\/node_modules\//, '').replace(/^file:.*?\/dist\//, '');
}
