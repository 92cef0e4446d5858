/** Milliseconds on the clock that all processes of a machine share, so that instants of different processes compare. */
const offsetMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();

export function monotonicMs(): number {
  return offsetMs + performance.now();
}
