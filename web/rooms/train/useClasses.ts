/** A person's classes, with those that have no images yet: storage knows of the others only. */
import { useState } from 'preact/hooks';
import { useText } from '../../app/language.ts';
import { useStudio } from '../../app/studio.ts';
import type { CollectionInfo } from '../../worker/protocol.ts';
import type { CollectionsState } from './useCollections.ts';

export interface Classes {
  readonly classes: CollectionInfo['classes'];
  /** A name that was wanted, and that another class has. */
  readonly clash: string | undefined;
  readonly add: () => void;
  readonly rename: (from: string, to: string) => void;
  readonly remove: (name: string) => void;
}

export function useClasses(collection: CollectionInfo, state: CollectionsState): Classes {
  const text = useText();
  const { collections } = useStudio();
  const [drafts, setDrafts] = useState<readonly string[]>([]);
  // Another object each time, so that the input takes its class's name again.
  const [clash, setClash] = useState<{ readonly name: string }>();
  const { id } = collection;
  const open = drafts.filter((name) => !collection.classes.some((one) => one.name === name));
  const classes = [...collection.classes, ...open.map((name) => ({ name, images: 0 }))];
  const has = (name: string): boolean => classes.some((one) => one.name === name);
  const add = (): void => {
    let number = classes.length + 1;
    const name = (): string => text({ en: `class ${number}`, ja: `クラス ${number}` });
    while (has(name())) number++;
    setDrafts([...open, name()]);
  };
  const rename = (from: string, to: string): void => {
    setClash(has(to) ? { name: to } : undefined);
    if (has(to)) return;
    if (open.includes(from)) setDrafts(open.map((name) => (name === from ? to : name)));
    else void state.change(() => collections.renameClass(id, from, to));
  };
  const remove = (name: string): void => {
    setClash(undefined);
    if (open.includes(name)) setDrafts(open.filter((one) => one !== name));
    else void state.change(() => collections.removeClass(id, name));
  };
  return { classes, clash: clash?.name, add, rename, remove };
}
