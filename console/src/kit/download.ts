/** Gives text to the browser to keep as a file: what needs the session's credentials cannot be a plain link. */
export function download(text: string, name: string, type = 'application/json'): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to read it by the next turn of the loop.
  window.setTimeout(() => URL.revokeObjectURL(url), 0);
}
