import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Text } from '../../src/language.ts';
import { useText } from '../app/language.ts';
import { Button } from './Button.tsx';
import { Message, toldError } from './Message.tsx';

export interface StoreTroubleProps {
  /** What the worker refused with. */
  readonly error: unknown;
  /** Asks the worker once more. */
  readonly onRetry: () => Promise<unknown>;
}

const otherTab: Text = {
  en: 'The studio is open in another tab of this browser, which has its images and trainings. Go on there, or close that tab and try again here.',
  ja: 'スタジオがこのブラウザーの別のタブで開いていて、画像と訓練はそちらが使っている。そちらで続けるか、そのタブを閉じてから、ここでもう一度試してほしい。',
};
const insecure: Text = {
  en: 'This page was opened over plain http from another machine, and browsers give such a page no storage. For images, trainings and their models, open it over https, or as localhost on the machine that serves it.',
  ja: 'このページは別のマシンから http で開かれていて、ブラウザーはそのようなページに保存場所を与えない。画像、訓練とそのモデルを使うには、https で開くか、配信しているマシンで localhost として開いてほしい。',
};

/** That the browser's storage cannot be had, why, and a button that looks again where that may help. */
export function StoreTrouble({ error, onRetry }: StoreTroubleProps): JSX.Element {
  const text = useText();
  const [looking, setLooking] = useState(false);
  const retry = async (): Promise<void> => {
    setLooking(true);
    await onRetry();
    setLooking(false);
  };
  const why = isSecureContext
    ? toldError(error).code === 'ALEX_STUDIO_OTHER_TAB'
      ? otherTab
      : undefined
    : insecure;
  return (
    <div class="stack tight">
      <Message kind="error" error={error}>
        {why && text(why)}
      </Message>
      {isSecureContext && (
        <div class="row">
          <Button disabled={looking} onClick={() => void retry()}>
            {looking
              ? text({ en: 'Looking again…', ja: '確認中…' })
              : text({ en: 'Try again', ja: 'もう一度' })}
          </Button>
        </div>
      )}
    </div>
  );
}
