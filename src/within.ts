/** Waits for `work`, but no longer than `ms` milliseconds, and never rejects: for stopping, where nothing may hang. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const gaveUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work.catch(() => undefined), gaveUp]);
  clearTimeout(timer);
}
