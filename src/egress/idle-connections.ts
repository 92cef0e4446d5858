/**
 * All free connections of the process, the longest idle first. Each closes by itself after its idle time; this bounds
 * how many there are at once, since 100,000 endpoints visited within that time would otherwise hold 100,000 sockets.
 */
import { type Connection } from './connection.js';

export class IdleConnections {
  private readonly connections = new Set<Connection>();

  constructor(private readonly countMax: number) {}

  add(connection: Connection): void {
    this.connections.add(connection);
    if (this.connections.size <= this.countMax) return;
    for (const longestIdle of this.connections) return longestIdle.retire();
  }

  delete(connection: Connection): void {
    this.connections.delete(connection);
  }

  get size(): number {
    return this.connections.size;
  }

  retireAll(): void {
    for (const connection of [...this.connections]) connection.retire();
  }
}
