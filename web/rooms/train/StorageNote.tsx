import type { JSX } from 'preact';
import { bytes } from '../../../src/numberText.ts';
import { useText } from '../../app/language.ts';
import { useStudio } from '../../app/studio.ts';
import { Message } from '../../parts/Message.tsx';
import { RemoveButton } from '../../parts/RemoveButton.tsx';
import type { CollectionInfo } from '../../worker/protocol.ts';
import type { CollectionsState } from './useCollections.ts';

/** From this share on, a person should make room. */
const nearlyFull = 0.9;

/** What of the browser's storage is used, and what to do when it is full. */
export function StorageNote({ state }: { readonly state: CollectionsState }): JSX.Element | null {
  const text = useText();
  const { environment } = state;
  if (environment?.storage === undefined) return null;
  const { used, quota, persisted } = environment.storage;
  return (
    <div class="stack tight">
      {environment.problems.map((problem) => (
        <Message kind="error" key={problem.message} error={problem} />
      ))}
      <div class="row quiet">
        <meter
          min={0}
          max={quota}
          value={used}
          high={nearlyFull * quota}
          aria-label={text({ en: 'Storage used', ja: '使用中の保存場所' })}
        />
        <span class="number">
          {text({
            en: `${bytes(used)} of ${bytes(quota)} of the browser's storage used`,
            ja: `ブラウザーの保存場所 ${bytes(quota)} のうち ${bytes(used)} を使用`,
          })}
        </span>
        <Collections state={state} />
      </div>
      {!persisted && used > 0 && (state.collections?.length ?? 0) > 1 && (
        <small>
          {text({
            en: 'The browser may delete them when the disk runs full: keep the originals.',
            ja: 'ディスクが一杯になるとブラウザーが消すことがある。元の画像は残しておくとよい。',
          })}
        </small>
      )}
      {used > nearlyFull * quota && (
        <Message kind="error">
          {text({
            en: 'Storage is nearly full. Remove a collection here or old trainings below, or free space on the disk.',
            ja: '保存場所がほぼ一杯である。ここで画像集を、下で古い訓練を削除するか、ディスクを空けてほしい。',
          })}
        </Message>
      )}
    </div>
  );
}

/** Removes a person's collections, after asking. */
function Collections({ state }: { readonly state: CollectionsState }): JSX.Element | null {
  const text = useText();
  const studio = useStudio();
  const own = (state.collections ?? []).filter(({ builtIn }) => !builtIn);
  if (own.length === 0) return null;
  const row = ({ id, name, classes }: CollectionInfo): JSX.Element => {
    const images = classes.reduce((sum, { images }) => sum + images, 0);
    return (
      <li key={id} class="row tight">
        {name}
        <RemoveButton
          label={text({ en: `Remove the collection ${name}`, ja: `画像集 ${name} を削除` })}
          question={text({
            en: `Remove the collection “${name}” with its ${images} images?`,
            ja: `画像集「${name}」を画像 ${images} 枚ごと削除する?`,
          })}
          onRemove={() => void state.change(() => studio.collections.remove(id))}
        />
      </li>
    );
  };
  return (
    <details>
      <summary>{text({ en: 'Make room', ja: '場所を空ける' })}</summary>
      <ul class="plain">{own.map(row)}</ul>
    </details>
  );
}
