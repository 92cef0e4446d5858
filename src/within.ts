/** Bounds on waiting. What is waited for goes on; only the wait ends. */

/**
 * What `work` answers, or what `late` does once `ms` milliseconds are over.
 * @throws what either throws
 */
export async function inTime<T>(ms: number, work: Promise<T>, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    return await Promise.race([work, over.then(late)]);
  } finally {
    clearTimeout(timer);
  }
}

/** Never rejects: for stopping, where nothing may hang. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const done = (): void => undefined;
  await inTime(ms, work.then(done, done), done);
}
