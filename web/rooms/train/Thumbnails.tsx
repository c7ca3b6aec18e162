import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useText } from '../../app/language.ts';
import { useStudio } from '../../app/studio.ts';
import { ignoreSecondClick } from '../../parts/ignoreSecondClick.ts';
import { PixelCanvas } from '../../parts/PixelCanvas.tsx';
import type { Pixels } from '../../worker/protocol.ts';

export interface ThumbnailsProps {
  readonly collection: string;
  readonly class: string;
  /** Images of the class. */
  readonly count: number;
  /** Undefined where images cannot be removed. Resolved when it is done, or was refused. */
  readonly onRemove?: (at: number) => Promise<unknown>;
}

/** Images that are asked for at once. */
const portionSize = 48;
/** Portions that are kept: what is beyond them is asked for again. */
const mostPortions = 16;
/** Of a cell, with its gap, in pixels. */
const cell = 60;

interface Portion {
  readonly images: readonly Pixels[];
  /** What they are of: images of before are shown until others come. */
  readonly about: string;
}

type Portions = ReadonlyMap<number, Portion>;

/** The portions that hold images from `first` up to `end`, fetched as they are needed. */
function usePortions(
  props: ThumbnailsProps,
  first: number,
  end: number,
): { readonly portions: Portions; readonly about: string } {
  const studio = useStudio();
  const [portions, setPortions] = useState<Portions>(new Map());
  const asked = useRef(new Set<number>());
  const { collection, class: name, count } = props;
  const about = `${collection}\n${name}\n${count}`;
  const generation = useRef(0);
  useEffect(() => {
    generation.current++;
    asked.current.clear();
  }, [about]);
  useEffect(() => {
    for (let at = Math.floor(first / portionSize); at * portionSize < end; at++) {
      if (asked.current.has(at)) continue;
      asked.current.add(at);
      const asking = generation.current;
      const wanted = {
        class: name,
        from: at * portionSize,
        count: Math.min(portionSize, count - at * portionSize),
      };
      studio.collections.images(collection, wanted).then(
        (images) => {
          if (asking !== generation.current) return;
          setPortions((old) => {
            const kept = [...old].slice(-(mostPortions - 1)).filter(([key]) => key !== at);
            for (const [key] of old) if (!kept.some(([one]) => one === key)) asked.current.delete(key);
            asked.current.add(at);
            return new Map([...kept, [at, { images, about }]]);
          });
        },
        () => asked.current.delete(at),
      );
    }
  }, [about, first, end]);
  return { portions, about };
}

/** Which cells are to be seen: of a list that is as long as it likes, no more are made. */
function useWindow(count: number): {
  readonly place: { current: HTMLDivElement | null };
  readonly columns: number;
  readonly first: number;
  readonly end: number;
} {
  const place = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ seen: false, columns: 1, top: 0, height: 0 });
  useEffect(() => {
    const target = place.current!;
    const measure = (): void => {
      const columns = Math.max(1, Math.floor(target.clientWidth / cell));
      setView((old) => ({ ...old, columns, top: target.scrollTop, height: target.clientHeight }));
    };
    const seen = new IntersectionObserver(
      ([entry]) => setView((old) => ({ ...old, seen: entry!.isIntersecting })),
      { rootMargin: '200px' },
    );
    const size = new ResizeObserver(measure);
    seen.observe(target);
    size.observe(target);
    target.addEventListener('scroll', measure, { passive: true });
    return () => {
      seen.disconnect();
      size.disconnect();
      target.removeEventListener('scroll', measure);
    };
  }, []);
  const { seen, columns, top, height } = view;
  if (!seen) return { place, columns, first: 0, end: 0 };
  const first = Math.floor(top / cell) * columns;
  const end = Math.min(count, (Math.ceil((top + height) / cell) + 1) * columns);
  return { place, columns, first, end };
}

/** The images of a class in a window of their own, fetched and made as they scroll into view. */
export function Thumbnails(props: ThumbnailsProps): JSX.Element {
  const { class: name, count, onRemove } = props;
  const text = useText();
  const { place, columns, first, end } = useWindow(count);
  const { portions, about } = usePortions(props, first, end);
  const [removing, setRemoving] = useState(false);
  const remove = async (at: number): Promise<void> => {
    setRemoving(true);
    await onRemove!(at);
    setRemoving(false);
  };
  const cells: JSX.Element[] = [];
  for (let at = first; at < end; at++) {
    const portion = portions.get(Math.floor(at / portionSize));
    const image = portion?.images[at % portionSize];
    const style = { top: `${Math.floor(at / columns) * cell}px`, left: `${(at % columns) * cell}px` };
    // Where an image goes, its neighbour comes to its place: a button is for the image that is seen beside it.
    const waits = removing || portion?.about !== about;
    cells.push(
      <li key={at} style={style} onClickCapture={ignoreSecondClick}>
        {image !== undefined && <PixelCanvas image={image} label={`${name} ${at + 1}`} width="100%" />}
        {image !== undefined && onRemove !== undefined && (
          <button
            type="button"
            class="thumb-remove"
            aria-label={text({ en: `Remove ${name} ${at + 1}`, ja: `${name} ${at + 1} を外す` })}
            // Disabled, it would lose the focus.
            aria-disabled={waits}
            onClick={() => waits || void remove(at)}
          >
            ×
          </button>
        )}
      </li>,
    );
  }
  return (
    <div
      class="thumbs"
      ref={place}
      tabIndex={0}
      role="group"
      aria-label={text({ en: `Images of ${name}`, ja: `${name} の画像` })}
    >
      <ul style={{ height: `${Math.ceil(count / columns) * cell}px` }}>{cells}</ul>
    </div>
  );
}
