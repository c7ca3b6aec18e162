/** What the reader has chosen, kept in the browser. Where storage is refused, it lasts as long as the page. */
import { useState } from 'preact/hooks';

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Private windows and full disks: the choice is lost with the page, nothing else.
  }
}

/** A choice among `values`, remembered under `alexnet.NAME`. */
export function useSetting<T extends string>(
  name: string,
  values: readonly T[],
  usual: T,
): readonly [T, (value: T) => void] {
  const key = `alexnet.${name}`;
  const [value, setValue] = useState<T>(() => values.find((one) => one === stored(key)) ?? usual);
  const choose = (next: T): void => {
    store(key, next);
    setValue(next);
  };
  return [value, choose];
}
