import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { percent } from '../../../src/numberText.ts';
import type { ResultEvent } from '../../../src/training/events.ts';
import { useText } from '../../app/language.ts';
import { href } from '../../app/route.ts';
import { useStudio } from '../../app/studio.ts';
import { Bars } from '../../parts/Bars.tsx';
import { Message } from '../../parts/Message.tsx';
import type { ModelInfo, RunInfo } from '../../worker/protocol.ts';
import { Confusion } from './Confusion.tsx';
import { Downloads } from './Downloads.tsx';
import { Mistakes } from './Mistakes.tsx';
import { PageSnippet } from './PageSnippet.tsx';
import type { Story } from './story.ts';

export interface ResultProps {
  readonly run: RunInfo;
  readonly story: Story;
}

/** What a training came to: how right it is, where it errs, and the model itself. */
export function Result({ run, story }: ResultProps): JSX.Element {
  const text = useText();
  const { models } = useStudio();
  const [model, setModel] = useState<ModelInfo>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    models.list().then((all) => setModel(all.find((one) => one.run === run.id)), setError);
  }, [models, run.id, story.result]);
  const { result } = story;
  return (
    <div class="stack result">
      {result === undefined ? (
        <Message kind="note">
          {text({
            en: 'Not tested: its images have changed since it began. What it has learnt is in the model.',
            ja: '検証なし: 始めた後で画像が変わった。学んだことはモデルに残っている。',
          })}
        </Message>
      ) : (
        <Tested result={result} />
      )}
      {result !== undefined && <Mistakes run={run.id} />}
      {error !== undefined && <Message kind="error" error={error} />}
      {model !== undefined && (
        <>
          <div class="row">
            <a class="button primary" href={href('try', model.id)}>
              {text({ en: 'Try it', ja: '試す' })}
            </a>
          </div>
          <Downloads model={model} />
          <PageSnippet model={model} />
        </>
      )}
    </div>
  );
}

/** How right it is, of the classes that have images held out. */
function Tested({ result }: { readonly result: ResultEvent }): JSX.Element {
  const text = useText();
  const tested = result.perClass.filter(({ total }) => total > 0);
  const others = result.perClass.filter(({ total }) => total === 0).map((one) => one.class);
  return (
    <>
      <Message kind="good">
        {text({
          en: `${result.correct} of ${result.total} held-out images are right: ${percent(result.accuracy)}. Guessing would give ${percent(1 / tested.length)}.`,
          ja: `検証画像 ${result.total} 枚のうち ${result.correct} 枚が正解: ${percent(result.accuracy)}。当てずっぽうなら ${percent(1 / tested.length)}。`,
        })}
      </Message>
      <div class="columns">
        <div class="stack tight">
          <Bars
            label={text({ en: 'Right, by class', ja: 'クラスごとの正解率' })}
            bars={tested.map(({ class: name, accuracy, correct, total }) => ({
              name,
              value: accuracy,
              shown: `${correct} / ${total}`,
            }))}
          />
          {others.length > 0 && (
            <small>
              {text({
                en: `Not tested, as they have too few images: ${others.join(', ')}.`,
                ja: `画像が少なすぎて検証していないクラス: ${others.join(', ')}。`,
              })}
            </small>
          )}
        </div>
        <Confusion result={result} />
      </div>
    </>
  );
}
