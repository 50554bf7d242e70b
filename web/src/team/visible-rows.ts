import { type RefObject, useEffect, useState } from 'react';

/** Which rows of a long list of equal heights are on the screen, with some before and after. */
export function useVisibleRows(list: RefObject<HTMLElement | null>, count: number, rowHeight: number) {
  const [range, setRange] = useState({ first: 0, last: 40 });
  useEffect(() => {
    let frame = 0;
    function measure(): void {
      frame = 0;
      const top = list.current?.getBoundingClientRect().top ?? 0;
      const before = 10;
      const first = Math.max(0, Math.floor(-top / rowHeight) - before);
      const last = Math.min(count, Math.ceil((innerHeight - top) / rowHeight) + before);
      setRange((known) => (known.first === first && known.last === last ? known : { first, last }));
    }
    const later = () => {
      frame ||= requestAnimationFrame(measure);
    };
    measure();
    addEventListener('scroll', later, { passive: true });
    addEventListener('resize', later);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener('scroll', later);
      removeEventListener('resize', later);
    };
  }, [list, count, rowHeight]);
  return { first: Math.min(range.first, count), last: Math.min(Math.max(range.last, range.first), count) };
}
