import type { JSX } from 'preact';
import { useText } from '../../app/language.ts';
import { Button } from '../../parts/Button.tsx';
import { Message } from '../../parts/Message.tsx';
import type { CollectionsState } from './useCollections.ts';

/** How far an adding of images is, which ones were refused, and what went wrong. */
export function AddingNotes({ state }: { readonly state: CollectionsState }): JSX.Element {
  const text = useText();
  const { adding, refused, error, dismiss } = state;
  return (
    <>
      {adding !== undefined && (
        <div role="status" class="stack tight">
          <span class="number">
            {text({
              en: `Reading images: ${adding.done} of ${adding.total}`,
              ja: `画像を読み込み中: ${adding.total} 枚中 ${adding.done} 枚`,
            })}
          </span>
          <progress
            value={adding.done}
            max={adding.total}
            aria-label={text({ en: 'Images read', ja: '読み込んだ画像' })}
          />
        </div>
      )}
      {error !== undefined && <Message kind="error" error={error} />}
      {refused.length > 0 && (
        <details class="message error" open>
          <summary>
            {text({
              en: `${refused.length} ${refused.length === 1 ? 'file was' : 'files were'} not taken; the others were.`,
              ja: `${refused.length} 個のファイルは使えなかった。ほかは読み込んだ。`,
            })}
          </summary>
          <ul class="refused">
            {refused.slice(0, 100).map(({ name, code, message }) => (
              <li key={name}>
                <strong>{name}</strong> <span lang="en">{`${code}: ${message}`}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {(error !== undefined || refused.length > 0) && (
        <div class="row">
          <Button onClick={dismiss}>{text({ en: 'Close', ja: '閉じる' })}</Button>
        </div>
      )}
    </>
  );
}
