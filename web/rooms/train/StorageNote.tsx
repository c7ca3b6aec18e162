import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { bytes } from '../../../src/numberText.ts';
import { useText } from '../../app/language.ts';
import { useStudio } from '../../app/studio.ts';
import { Button } from '../../parts/Button.tsx';
import { Message } from '../../parts/Message.tsx';
import type { CollectionInfo } from '../../worker/protocol.ts';
import type { CollectionsState } from './useCollections.ts';

/** From this share on, a person should make room. */
const nearlyFull = 0.9;

/** What of the browser's storage is used, and what to do when it is full. */
export function StorageNote({ state }: { readonly state: CollectionsState }): JSX.Element | null {
  const text = useText();
  const { environment } = state;
  if (environment === undefined) return null;
  const { storage } = environment;
  if (storage === undefined) {
    return (
      <Message kind="note">
        {text({
          en: 'This browser gives the page no storage (a private window may be why): images and trainings last until the tab is closed.',
          ja: 'このブラウザーはページに保存場所を与えていない (プライベートウィンドウのせいかもしれない)。画像と訓練はタブを閉じるまでしか残らない。',
        })}
      </Message>
    );
  }
  const { used, quota, persisted } = storage;
  return (
    <div class="stack tight">
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
  const [asking, setAsking] = useState<string>();
  const own = (state.collections ?? []).filter(({ builtIn }) => !builtIn);
  if (own.length === 0) return null;
  const remove = (id: string): void => {
    setAsking(undefined);
    void state.change(() => studio.collections.remove(id));
  };
  const row = ({ id, name }: CollectionInfo): JSX.Element => (
    <li key={id} class="row tight">
      {name}
      {asking === id ? (
        <Button onClick={() => remove(id)}>{text({ en: 'Remove for good', ja: '完全に削除' })}</Button>
      ) : (
        <Button
          label={text({ en: `Remove the collection ${name}`, ja: `画像集 ${name} を削除` })}
          onClick={() => setAsking(id)}
        >
          {text({ en: 'Remove', ja: '削除' })}
        </Button>
      )}
    </li>
  );
  return (
    <details>
      <summary>{text({ en: 'Make room', ja: '場所を空ける' })}</summary>
      <ul class="plain">{own.map(row)}</ul>
    </details>
  );
}
