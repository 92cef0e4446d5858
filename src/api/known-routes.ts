/**
 * Tells "no such thing" (404) from "not with this method" (405). Fastify's router only answers whether method and path
 * together are known, so the paths are kept aside; they are asked only by requests that nothing matched.
 */
import type { FastifyInstance } from 'fastify';

export class KnownRoutes {
  private readonly methods = new Map<string, Set<string>>();

  /** Before any route is registered. */
  watch(instance: FastifyInstance): void {
    instance.addHook('onRoute', (route) => {
      const methods = this.methods.get(route.url) ?? new Set();
      for (const method of [route.method].flat()) methods.add(method);
      this.methods.set(route.url, methods);
    });
  }

  /** The methods that the path knows; empty when nobody knows the path. */
  methodsAt(path: string): string[] {
    const found = [...this.methods].find(([pattern]) => matches(pattern, path));
    return found === undefined ? [] : [...found[1]].sort();
  }
}

function matches(pattern: string, path: string): boolean {
  const expected = pattern.split('/');
  const actual = path.split('/');
  return (
    expected.length === actual.length &&
    expected.every((word, index) => (word.startsWith(':') ? actual[index] !== '' : word === actual[index]))
  );
}
