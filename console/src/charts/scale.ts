/** From values to places, and the few round values that an axis names. */
/** @param stepMin 1 for what is counted: there is no half a delivery */
export function ticksUpTo(max: number, wanted = 3, stepMin = 0): number[] {
  if (max <= 0) return [0];
  const rough = max / wanted;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const round = [1, 2, 5, 10].map((factor) => factor * magnitude).find((each) => each >= rough)!;
  const step = Math.max(round, stepMin);
  const ticks: number[] = [];
  for (let value = 0; value <= max + step * 0.999; value += step) ticks.push(value);
  return ticks;
}

/** About six times along the axis, on round hours where that is possible. */
export function timeTicks(count: number): number[] {
  const step = Math.max(1, Math.round(count / 6));
  return Array.from({ length: Math.ceil(count / step) }, (_, index) => index * step);
}

const hour = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hour12: false });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'short', hour: '2-digit', hour12: false });

export function timeLabel(at: string, bucketSeconds: number): string {
  return (bucketSeconds > 3_600 ? day : hour).format(new Date(at));
}
