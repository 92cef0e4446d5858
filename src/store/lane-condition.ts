/**
 * Which of two kinds a lane is, as conditions on its row: endpoints that have failed lately, and those that do well. Each kind
 * has an index of its own by the time of the next look (lanes_wake_well, lanes_wake_troubled), and PostgreSQL
 * recognises an index by its condition, word for word: so they are written here and nowhere else.
 */
export const isWell = (lane: string): string =>
  `${lane}.consecutive_failures = 0 AND ${lane}.window_failures = 0`;

export const isTroubled = (lane: string): string =>
  `(${lane}.consecutive_failures > 0 OR ${lane}.window_failures > 0)`;
