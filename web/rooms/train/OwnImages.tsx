import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useText } from '../../app/language.ts';
import { useStudio } from '../../app/studio.ts';
import { Button } from '../../parts/Button.tsx';
import { DropZone } from '../../parts/DropZone.tsx';
import { Message } from '../../parts/Message.tsx';
import type { AddedImage, CollectionInfo } from '../../worker/protocol.ts';
import { adviceFor } from './advice.ts';
import { ClassCard } from './ClassCard.tsx';
import { sortFiles } from './folders.ts';
import type { CollectionsState } from './useCollections.ts';

export interface OwnImagesProps {
  readonly collection: CollectionInfo;
  readonly state: CollectionsState;
}

/** Classes without images yet: storage knows of those with images only. */
function useDrafts(collection: CollectionInfo): readonly [string[], (drafts: string[]) => void] {
  const [drafts, setDrafts] = useState<string[]>([]);
  const open = drafts.filter((name) => !collection.classes.some((one) => one.name === name));
  return [open, setDrafts];
}

/** A person's classes, and the ways in which images come to them. */
export function OwnImages({ collection, state }: OwnImagesProps): JSX.Element {
  const text = useText();
  const studio = useStudio();
  const [drafts, setDrafts] = useDrafts(collection);
  const [passedOver, setPassedOver] = useState<readonly string[]>([]);
  const { id } = collection;
  const classes = [...collection.classes, ...drafts.map((name) => ({ name, images: 0 }))];
  const { collections } = studio;
  const takeFiles = (files: readonly File[]): void => {
    const sorted = sortFiles(files, text({ en: 'unsorted', ja: '未分類' }));
    setPassedOver(sorted.passedOver);
    void state.add(id, sorted.images);
  };
  const addClass = (): void => {
    const taken = new Set(classes.map(({ name }) => name));
    let number = classes.length + 1;
    const name = (): string => text({ en: `class ${number}`, ja: `クラス ${number}` });
    while (taken.has(name())) number++;
    setDrafts([...drafts, name()]);
  };
  const isDraft = (name: string): boolean => drafts.includes(name);
  const rename = (from: string, to: string): void => {
    if (isDraft(from)) setDrafts(drafts.map((name) => (name === from ? to : name)));
    else void state.change(() => collections.renameClass(id, from, to));
  };
  const remove = (name: string): void => {
    if (isDraft(name)) setDrafts(drafts.filter((one) => one !== name));
    else void state.change(() => collections.removeClass(id, name));
  };
  return (
    <>
      <DropZone
        label={text({ en: 'Choose a folder', ja: 'フォルダーを選ぶ' })}
        folders
        multiple
        onFiles={takeFiles}
      >
        <p class="quiet">
          {text({
            en: 'One folder per class, or a folder of such folders: their names become the classes.',
            ja: 'クラスごとのフォルダー、またはそれらをまとめたフォルダー。フォルダー名がクラス名になる。',
          })}
        </p>
      </DropZone>
      {passedOver.length > 0 && (
        <Message kind="note">
          {text({
            en: `${passedOver.length} files of the folders are no images and were passed over: ${passedOver.slice(0, 3).join(', ')}${passedOver.length > 3 ? ' …' : ''}`,
            ja: `フォルダー内の画像でないファイル ${passedOver.length} 個を飛ばした: ${passedOver.slice(0, 3).join(', ')}${passedOver.length > 3 ? ' …' : ''}`,
          })}
        </Message>
      )}
      <div class="class-grid">
        {classes.map(({ name, images }) => (
          <ClassCard
            key={name}
            collection={id}
            name={name}
            images={images}
            onAdd={(added: readonly AddedImage[]) => void state.add(id, added)}
            onRename={(to) => rename(name, to)}
            onRemove={() => remove(name)}
            onRemoveImage={(at) => state.change(() => collections.removeImage(id, { class: name, at }))}
          />
        ))}
      </div>
      <div class="row">
        <Button onClick={addClass}>{text({ en: '+ Add a class', ja: '+ クラスを足す' })}</Button>
      </div>
      {adviceFor({ classes, builtIn: false }).map((advice) => (
        <Message kind="note" key={advice.text.en}>
          {text(advice.text)}
        </Message>
      ))}
    </>
  );
}
