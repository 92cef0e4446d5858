/** The machine's clock is wrong by CLOCK_SKEW_MS. The monotonic clock is right, as it is on a machine whose clock is wrong. */
import process from 'node:process';

const skewMs = Number(process.env.CLOCK_SKEW_MS);
const RightDate = Date;

globalThis.Date = class Date extends RightDate {
  constructor(...values) {
    if (values.length === 0) super(RightDate.now() + skewMs);
    else super(...values);
  }

  static now() {
    return RightDate.now() + skewMs;
  }
};
