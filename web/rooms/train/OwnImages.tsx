import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useText } from '../../app/language.ts';
import { useStudio } from '../../app/studio.ts';
import { Button } from '../../parts/Button.tsx';
import { DropZone } from '../../parts/DropZone.tsx';
import { Message } from '../../parts/Message.tsx';
import type { AddedImage, CollectionInfo, RunInfo } from '../../worker/protocol.ts';
import { adviceFor } from './advice.ts';
import { ClassCard } from './ClassCard.tsx';
import { sortFiles } from './folders.ts';
import { isWaiting } from './runTexts.ts';
import { useClasses } from './useClasses.ts';
import type { CollectionsState } from './useCollections.ts';

export interface OwnImagesProps {
  readonly collection: CollectionInfo;
  readonly runs: readonly RunInfo[];
  readonly state: CollectionsState;
}

/** A person's classes, and the ways in which images come to them. */
export function OwnImages({ collection, runs, state }: OwnImagesProps): JSX.Element {
  const text = useText();
  const { collections } = useStudio();
  const { classes, clash, add, rename, remove } = useClasses(collection, state);
  const [passedOver, setPassedOver] = useState<readonly string[]>([]);
  const { id } = collection;
  const takeFiles = (files: readonly File[]): void => {
    const sorted = sortFiles(files, text({ en: 'unsorted', ja: '未分類' }));
    setPassedOver(sorted.passedOver);
    void state.add(id, sorted.images);
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
      {clash !== undefined && (
        <Message kind="error">
          {text({
            en: `There is a class “${clash}” already: give another name.`,
            ja: `「${clash}」というクラスはもうある。別の名前にしてほしい。`,
          })}
        </Message>
      )}
      <WaitingRuns runs={runs.filter((run) => run.request.collection === id && isWaiting(run))} />
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
        <Button onClick={add}>{text({ en: '+ Add a class', ja: '+ クラスを足す' })}</Button>
      </div>
      {adviceFor({ classes, builtIn: false }).map((advice) => (
        <Message kind="note" key={advice.text.en}>
          {text(advice.text)}
        </Message>
      ))}
    </>
  );
}

/** Trainings that a change of the images would keep from going on. */
function WaitingRuns({ runs }: { readonly runs: readonly RunInfo[] }): JSX.Element | null {
  const text = useText();
  if (runs.length === 0) return null;
  const names = runs.map(({ request }) => request.name);
  return (
    <Message kind="note">
      {text({
        en: `Stopped on its way: ${names.map((name) => `“${name}”`).join(', ')}. Once images are added or removed here, it cannot go on any more, only be finished as it is, untested.`,
        ja: `途中で止めた訓練がある: ${names.map((name) => `「${name}」`).join('')}。ここで画像を足すか外すと再開できなくなり、その時点の結果で、検証なしに終えることしかできない。`,
      })}
    </Message>
  );
}
