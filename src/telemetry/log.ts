/**
 * One wide line a step, with ids and never with payloads or secrets. ERROR means wake someone: a receiver's 500 is
 * INFO, since failing is what endpoints do. Pretty on a terminal, JSON everywhere else.
 */
import { pino, type DestinationStream, type Logger, type LevelWithSilent } from 'pino';
import { prettyLine } from './pretty.js';

export type { Logger };

/** The process's logger. `setLogLevel` may change its level while it runs. */
export const log: Logger = pino(
  {
    level: 'info',
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['req.headers.authorization', 'headers.authorization', 'secret', 'key', 'password'],
  },
  destination(),
);

let configuredLevel: LevelWithSilent = 'info';

export function setLogLevel(level: LevelWithSilent): void {
  configuredLevel = level;
  log.level = level;
}

/**
 * A process that misbehaves is looked into without a restart, which would end the misbehaviour: SIGUSR2 switches to
 * `debug`, and back to the configured level. A signal and not a route: whoever may send it owns the process.
 */
export function switchLogLevelOnSignal(): () => void {
  const listener = (): void => {
    log.level = log.level === 'debug' ? configuredLevel : 'debug';
    log.warn({ logLevel: log.level }, 'log.level_changed');
  };
  process.on('SIGUSR2', listener);
  return () => void process.off('SIGUSR2', listener);
}

function destination(): DestinationStream {
  if (!process.stdout.isTTY) return pino.destination(1);
  return { write: (line) => void process.stdout.write(prettyLine(line)) };
}
