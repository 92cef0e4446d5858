/**
 * The host's colour on what can be pressed and where one is; with light or dark text on it, whichever can be read. Where
 * it is drawn on our grounds, theme.css moves it away from them.
 */
export function applyAccent(color: string): () => void {
  const style = document.documentElement.style;
  const set: Record<string, string> = {
    '--mantine-color-ink-filled': color,
    '--mantine-color-ink-filled-hover': `color-mix(in srgb, ${color} 88%, black)`,
    '--mantine-primary-color-filled': color,
    '--ph-on-primary': isLight(color) ? '#1c1b18' : '#ffffff',
    '--ph-accent': color,
  };
  for (const [name, value] of Object.entries(set)) style.setProperty(name, value);
  document.documentElement.dataset.accent = '';
  return () => {
    delete document.documentElement.dataset.accent;
    for (const name of Object.keys(set)) style.removeProperty(name);
  };
}

/** By relative luminance (WCAG 2.2): above 0.4 black reads better than white. */
export function isLight(color: string): boolean {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.4;
}
