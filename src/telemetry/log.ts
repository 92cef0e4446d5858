/**
 * One wide line a step, with ids and never with payloads or secrets. ERROR means wake someone: a receiver's 500 is
 * INFO, since failing is what endpoints do. Pretty on a terminal, JSON everywhere else.
 */
import { pino, type Logger, type LevelWithSilent } from 'pino';

export type { Logger };

/** The process's logger. `setLogLevel` may change its level while it runs. */
export const log: Logger = pino({
  level: 'info',
  base: undefined,
  timestamp: pino.stdTimeFunctions.isoTime,
  redact: ['req.headers.authorization', 'headers.authorization', 'secret', 'key', 'password'],
});

export function setLogLevel(level: LevelWithSilent): void {
  log.level = level;
}
