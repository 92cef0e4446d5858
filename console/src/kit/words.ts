/** Numbers, durations and instants in words; pure, so that tests say what people will read. */
const count = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export const inFull = (value: number) => count.format(value);
/** `12.4K`: for figures that are read at a glance. */
export const inShort = (value: number) => (value < 10_000 ? count.format(value) : short.format(value));

export function plural(value: number, noun: string, nouns = `${noun}s`): string {
  return `${inFull(value)} ${value === 1 ? noun : nouns}`;
}

/** `340 ms`, `4.2 s`, `3 min`, `5 h`, `2 d`. */
export function duration(ms: number): string {
  if (ms < 1) return `${ms.toFixed(1)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 10) return `${seconds.toFixed(1).replace('.0', '')} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = seconds / 60;
  if (minutes < 90) return `${Math.round(minutes)} min`;
  const hours = minutes / 60;
  return hours < 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} d`;
}

/** `in 4 min`, `3 h ago`, `now`. */
export function fromNow(at: Date | string, nowMs: number): string {
  const ms = new Date(at).getTime() - nowMs;
  if (Math.abs(ms) < 2_000) return 'now';
  const words = duration(Math.round(Math.abs(ms) / 1_000) * 1_000);
  return ms > 0 ? `in ${words}` : `${words} ago`;
}

/** `2026-11-21 10:31:47 UTC`. */
export function utc(at: Date | string): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

export function share(part: number, whole: number): string {
  if (whole === 0) return '–';
  const percent = (part / whole) * 100;
  // 99.96 % is not all: rounding up would hide what failed.
  if (percent < 100 && percent > 99.9) return '> 99.9 %';
  return `${percent.toFixed(percent > 99 || percent < 10 ? 1 : 0)} %`.replace('.0 %', ' %');
}

export function bytes(value: number): string {
  return value < 1_024 ? `${value} B` : `${(value / 1_024).toFixed(1)} KiB`;
}
