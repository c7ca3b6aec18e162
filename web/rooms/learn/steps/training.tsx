import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useText } from '../../../app/language.ts';
import { Button } from '../../../parts/Button.tsx';
import { Chart } from '../../../parts/Chart.tsx';
import { Choice } from '../../../parts/Choice.tsx';
import { Message } from '../../../parts/Message.tsx';
import { Slider } from '../../../parts/Slider.tsx';
import { activationNames, activations, type Activation } from '../activation.ts';
import type { Lesson } from '../lesson.ts';
import { tinyBatch, tinyImages, tinySteps, tinyTests, type TinyMessage, type TinyRequest } from '../tiny.ts';

interface Run extends TinyRequest {
  readonly losses: readonly number[];
  readonly accuracy?: number;
  readonly seconds?: number;
  readonly failure?: string;
}

function extended(run: Run, messages: readonly TinyMessage[]): Run {
  return messages.reduce<Run>((so, message) => {
    if (message.type === 'step') return { ...so, losses: [...so.losses, message.loss] };
    if (message.type === 'failed') return { ...so, failure: message.message };
    return { ...so, accuracy: message.accuracy, seconds: message.seconds };
  }, run);
}

/** One run after another, each in a worker of its own; the page draws what has come once a frame. */
function useRuns(): {
  runs: readonly Run[];
  busy: boolean;
  start: (request: TinyRequest) => void;
  clear: () => void;
} {
  const [runs, setRuns] = useState<readonly Run[]>([]);
  const worker = useRef<Worker>(undefined);
  const stop = (): void => {
    worker.current?.terminate();
    worker.current = undefined;
  };
  useEffect(() => stop, []);
  const start = (request: TinyRequest): void => {
    stop();
    const own = new Worker(new URL('../tiny.worker.ts', import.meta.url), { type: 'module' });
    worker.current = own;
    let waiting: TinyMessage[] = [];
    const draw = (): void => {
      const messages = waiting;
      waiting = [];
      if (worker.current !== own) return;
      if (messages.some(({ type }) => type !== 'step')) stop();
      setRuns((before) => [...before.slice(0, -1), extended(before.at(-1)!, messages)]);
    };
    const receive = (message: TinyMessage): void => {
      if (waiting.length === 0) requestAnimationFrame(draw);
      waiting.push(message);
    };
    own.addEventListener('message', ({ data }: MessageEvent<TinyMessage>) => receive(data));
    own.addEventListener('error', ({ message }) => receive({ type: 'failed', message }));
    setRuns((before) => [
      ...before.filter((run) => run.accuracy !== undefined).slice(-5),
      { ...request, losses: [] },
    ]);
    own.postMessage(request);
  };
  const clear = (): void => {
    stop();
    setRuns([]);
  };
  return { runs, busy: worker.current !== undefined, start, clear };
}

const nameOf = ({ activation, learningRate }: TinyRequest): string =>
  `${activationNames[activation]}, ${learningRate}`;

function View(): JSX.Element {
  const text = useText();
  const { runs, busy, start, clear } = useRuns();
  const [activation, setActivation] = useState<Activation>('relu');
  const [power, setPower] = useState(-2);
  const learningRate = Number((10 ** power).toPrecision(1));
  const xs = useMemo(() => Array.from({ length: tinySteps }, (_, i) => i + 1), []);
  return (
    <div class="columns">
      <div class="stack">
        <Choice
          showLabel
          label={text({ en: 'Activation', ja: '活性化関数' })}
          value={activation}
          options={activations.map((value) => ({ value, label: activationNames[value] }))}
          onChange={setActivation}
        />
        <Slider
          label={text({ en: 'Learning rate', ja: '学習率' })}
          value={power}
          min={-4}
          max={0}
          step={0.25}
          shown={String(learningRate)}
          onChange={setPower}
        />
        <div class="row">
          <Button primary disabled={busy} onClick={() => start({ activation, learningRate })}>
            {text({ en: 'Train', ja: '訓練する' })}
          </Button>
          <Button onClick={clear}>{text({ en: 'Clear', ja: '消す' })}</Button>
        </div>
        <ul aria-live="polite">
          {runs.map((run, i) => (
            <li key={i} data-run={run.activation} data-accuracy={run.accuracy}>
              <RunLine run={run} />
            </li>
          ))}
        </ul>
      </div>
      <Chart
        title={text({ en: 'The loss while it trains', ja: '訓練中の損失' })}
        x={{ label: text({ en: 'step', ja: 'ステップ' }), domain: [0, tinySteps] }}
        y={{ label: text({ en: 'loss, nats', ja: '損失 (nat)' }), domain: [0, 3.5] }}
        xs={xs}
        series={runs.map((run, i) => ({
          name: `${i + 1}: ${nameOf(run)}`,
          values: xs.map((_, step) => run.losses[step] ?? null),
        }))}
        summary={
          runs.length === 0
            ? text({ en: 'No training yet.', ja: 'まだ訓練していない。' })
            : runs
                .map(
                  (run) => `${nameOf(run)}: ${run.losses[0]?.toFixed(2)} → ${run.losses.at(-1)?.toFixed(2)}`,
                )
                .join('; ')
        }
      />
    </div>
  );
}

function RunLine({ run }: { readonly run: Run }): JSX.Element {
  const text = useText();
  if (run.failure !== undefined) {
    return (
      <Message kind="error" error={run.failure}>
        {text({
          en: 'The training could not run here. A current browser with WebAssembly SIMD is needed.',
          ja: 'ここでは訓練できなかった。WebAssembly SIMD のある新しいブラウザーが要る。',
        })}
      </Message>
    );
  }
  if (run.accuracy === undefined) {
    const done = run.losses.length;
    return (
      <span>
        {nameOf(run)}: {text({ en: `step ${done} of ${tinySteps}`, ja: `${tinySteps} ステップ中 ${done}` })}
      </span>
    );
  }
  const percent = `${Math.round(100 * run.accuracy)}%`;
  const loss = run.losses.at(-1)!.toFixed(3);
  const seconds = run.seconds!.toFixed(1);
  return (
    <span>
      {nameOf(run)}:{' '}
      {text({
        en: `loss ${loss}, ${percent} of ${tinyTests} new pictures right, in ${seconds} s`,
        ja: `損失 ${loss}、初めて見る ${tinyTests} 枚の正解率 ${percent}、${seconds} 秒`,
      })}
    </span>
  );
}

export const trainingLesson: Lesson = {
  slug: 'training',
  title: { en: 'Training, right here', ja: 'ここで訓練する' },
  story: [
    {
      en: `All of it together: two convolutions, pooling and a linear layer learn to tell ten kinds of drawn pictures apart, in ${tinySteps} steps of ${tinyBatch} images out of ${tinyImages}. The engine is AlexNet's own, as WebAssembly that is made while you look, in a worker of this page.`,
      ja: `ここまでをまとめよう。畳み込み 2 つ、プーリング、全結合層が、描いた画像 10 種類の見分け方を学ぶ。${tinyImages} 枚から ${tinyBatch} 枚ずつ ${tinySteps} ステップ。計算するのはこのプロジェクトのエンジンで、WebAssembly をその場で生成し、このページのワーカーで動かす。`,
    },
    {
      en: 'Train with ReLU, then with sigmoid: ReLU soon leaves ln 10 = 2.303, the loss of knowing nothing, behind, and sigmoid stays there for long. Then try learning rates: too small is slow, too large never settles, and the largest can ruin the network: it ends at 2.303, one picture in ten right, and has learnt nothing.',
      ja: 'まず ReLU で、次に sigmoid で訓練してみよう。何も知らないときの損失 ln 10 = 2.303 を ReLU はすぐに下回り、sigmoid は長くそこにとどまる。学習率も変えてみよう。小さすぎると遅く、大きすぎると落ち着かない。最大にするとネットワークが壊れ、損失 2.303、正解は 10 枚に 1 枚のまま、何も学ばずに終わることがある。',
    },
  ],
  source: {
    en: 'the article; Krizhevsky, Sutskever and Hinton 2012, figure 1 (ReLU against tanh) and section 5 (SGD with momentum 0.9).',
    ja: '記事。Krizhevsky, Sutskever, Hinton 2012 の図 1 (ReLU と tanh) と 5 節 (SGD、モーメンタム 0.9)。',
  },
  View,
};
