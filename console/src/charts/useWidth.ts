/** The width that an element has been given, in pixels: charts are drawn for it, so that their text keeps its size. */
import { useLayoutEffect, useRef, useState, type RefObject } from 'react';

export function useWidth(initial = 900): [RefObject<HTMLDivElement | null>, number] {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(initial);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(
      ([entry]) => entry && setWidth(Math.max(240, entry.contentRect.width)),
    );
    if (element.current) observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}
