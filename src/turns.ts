/**
 * Work that is done in the background a turn at a time, by every process alike: what a turn is about, and that no two
 * processes take the same one, the turn settles with the ledger. Here is only when the next one begins: at once while
 * there is work, after a rest when there is none, earlier when somebody says that there is.
 */

/** What a turn came to; `idle`: nothing to do for so long. */
export type Turn = { kind: 'worked' } | { kind: 'idle'; forMs: number };

export interface TurnsOptions {
  turn: () => Promise<Turn>;
  /** Told of a turn that could not be taken at all; the next one is tried a little later. */
  failed: (error: Error) => void;
}

/** How soon another process's new work is found; one of this process is begun at once. */
export const TURN_POLL_MS = 1_000;
const REST_AFTER_FAILURE_MS = 1_000;

export class Turns {
  private stopping = false;
  private loop: Promise<void> | undefined;
  private endRest: (() => void) | undefined;

  constructor(private readonly options: TurnsOptions) {}

  start(): void {
    this.loop = this.run();
  }

  /** There is new work. */
  nudge(): void {
    this.endRest?.();
  }

  /** Resolves after the present turn. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.endRest?.();
    await this.loop;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      try {
        const turn = await this.options.turn();
        if (turn.kind === 'idle') await this.rest(Math.min(turn.forMs, TURN_POLL_MS));
      } catch (error) {
        this.options.failed(error as Error);
        await this.rest(REST_AFTER_FAILURE_MS);
      }
    }
  }

  private async rest(forMs: number): Promise<void> {
    if (this.stopping) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, forMs);
      this.endRest = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.endRest = undefined;
  }
}
