/** An instant: in the viewer's zone, or relative to now; in UTC for whoever points at it. */
import { useNow } from './useNow.js';
import { fromNow, utc } from './words.js';

const today = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});
const otherDay = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hour12: false,
});
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

interface Props {
  at: string | Date | null | undefined;
  /** `clock`: short, for tables; `full`: with the date; `relative`: `4 min ago`. */
  as?: 'clock' | 'full' | 'relative';
  never?: string;
}

export function Moment({ at, as = 'clock', never = '–' }: Props) {
  if (at === null || at === undefined) return <span className="dim">{never}</span>;
  const date = new Date(at);
  return (
    <time
      dateTime={date.toISOString()}
      title={utc(date)}
      className="numeric"
      style={as === 'full' ? undefined : { whiteSpace: 'nowrap' }}
    >
      {as === 'relative' ? <Relative date={date} /> : as === 'full' ? whole.format(date) : clock(date)}
    </time>
  );
}

function Relative({ date }: { date: Date }) {
  return fromNow(date, useNow());
}

function clock(date: Date): string {
  return date.toDateString() === new Date().toDateString() ? today.format(date) : otherDay.format(date);
}
