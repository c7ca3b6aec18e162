import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Text } from '../../src/language.ts';
import { Button } from '../parts/Button.tsx';
import { useText } from './language.ts';

const oneThread: Text = {
  en: 'The engine runs on one thread here: everything works, several times slower.',
  ja: 'ここではエンジンが 1 スレッドで動く。すべて使えるが、数倍遅い。',
};
const insecure: Text = {
  en: 'This page was opened over plain http from another machine. Learn works, on one thread, and Try with model files; training needs https or localhost.',
  ja: 'このページは別のマシンから http で開かれている。「学ぶ」は 1 スレッドで使え、「試す」ではモデルのファイルを試せる。訓練には https か localhost が要る。',
};

/** Says that the engine has one thread here, why, and what gives it more. Nothing where memory can be shared. */
export function ThreadNotice(): JSX.Element | null {
  const text = useText();
  const [open, setOpen] = useState(!crossOriginIsolated);
  const [ready, setReady] = useState(false);
  useEffect(() => {
    const { serviceWorker } = navigator;
    if (serviceWorker === undefined) return;
    const look = (): void => setReady(serviceWorker.controller !== null);
    look();
    serviceWorker.addEventListener('controllerchange', look);
    return () => serviceWorker.removeEventListener('controllerchange', look);
  }, []);
  if (!open) return null;
  return (
    <aside class="notice" aria-label={text({ en: 'Single-thread mode', ja: '単一スレッドモード' })}>
      <p>{text(isSecureContext ? oneThread : insecure)}</p>
      <details>
        <summary>{text({ en: 'Why, and how to get more', ja: '理由と、増やす方法' })}</summary>
        <p>
          {text({
            en: 'Threads need shared memory, which browsers give to cross-origin isolated pages only: over HTTPS or from localhost, with two headers from the server. “alexnet studio” sends them. On another server, set these:',
            ja: 'スレッドには共有メモリが要る。ブラウザーがそれを許すのは cross-origin isolated なページだけで、HTTPS か localhost で開き、サーバーが次の 2 つのヘッダーを送る必要がある。alexnet studio は送っている。ほかのサーバーでは設定してほしい。',
          })}
        </p>
        <pre>{'Cross-Origin-Opener-Policy: same-origin\nCross-Origin-Embedder-Policy: require-corp'}</pre>
      </details>
      <div class="row">
        {ready && (
          <Button onClick={() => location.reload()}>
            {text({ en: 'Reload with threads', ja: 'スレッドを使えるように再読み込み' })}
          </Button>
        )}
        <Button onClick={() => setOpen(false)}>{text({ en: 'Hide', ja: '閉じる' })}</Button>
      </div>
    </aside>
  );
}
