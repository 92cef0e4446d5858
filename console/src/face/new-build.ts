/**
 * A build that replaced this one took its files along; the page that knows the new ones is one reload away. But a file may
 * also not come because nothing does: a reload would then take away what is on the screen, and do so again and again.
 */
export async function reloadForNewBuild(): Promise<void> {
  const ours = document.querySelector<HTMLScriptElement>('script[type="module"][src]')?.getAttribute('src');
  try {
    const page = await fetch(window.location.pathname, { cache: 'no-store' });
    if (page.ok && ours && !(await page.text()).includes(ours)) window.location.reload();
  } catch {
    // Nothing answers: the page says so, and offers to try again.
  }
}
