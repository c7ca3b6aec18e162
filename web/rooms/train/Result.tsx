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
      {result !== undefined && (
        <>
          <Message kind="good">
            {text({
              en: `${result.correct} of ${result.total} held-out images are right: ${percent(result.accuracy)}. Guessing would give ${percent(1 / result.perClass.length)}.`,
              ja: `検証画像 ${result.total} 枚のうち ${result.correct} 枚が正解: ${percent(result.accuracy)}。当てずっぽうなら ${percent(1 / result.perClass.length)}。`,
            })}
          </Message>
          <div class="columns">
            <ClassBars result={result} />
            <Confusion result={result} />
          </div>
        </>
      )}
      <Mistakes run={run.id} />
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

function ClassBars({ result }: { readonly result: ResultEvent }): JSX.Element {
  const text = useText();
  return (
    <Bars
      label={text({ en: 'Right, by class', ja: 'クラスごとの正解率' })}
      bars={result.perClass.map(({ class: name, accuracy, correct, total }) => ({
        name,
        value: accuracy,
        shown: `${correct} / ${total}`,
      }))}
    />
  );
}
