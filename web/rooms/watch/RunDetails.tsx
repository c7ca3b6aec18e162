import type { JSX } from 'preact';
import type { RunSummary } from '../../../src/serve/protocol.ts';
import type { ResultEvent } from '../../../src/training/events.ts';
import { trainingSeconds, type RunEvents } from '../../../src/training/runEvents.ts';
import { clock, count, percent } from '../../../src/numberText.ts';
import { useText } from '../../app/language.ts';
import { Bars } from '../../parts/Bars.tsx';
import { Message } from '../../parts/Message.tsx';
import type { Connection } from './connection.ts';
import { Doctor, FullReport } from './Jobs.tsx';
import { Layers } from './Layers.tsx';
import { Orders } from './Orders.tsx';
import { resumeCommand } from './resumeCommand.ts';
import { short, states, words } from './words.ts';

export interface RunDetailsProps {
  readonly run: RunSummary;
  /** Undefined until they have come. */
  readonly events: RunEvents | undefined;
  readonly connection: Connection;
  /** Whether the server is there. */
  readonly live: boolean;
}

/** All that is to be seen of one run. */
export function RunDetails({ run, events, connection, live }: RunDetailsProps): JSX.Element {
  const { id, state } = run;
  const text = useText();
  return (
    <article class="stack">
      <h2>
        {id} <span class={`state ${state}`}>{text(states[state])}</span>
      </h2>
      {run.problem !== undefined && (
        <Message kind="error">
          <span lang="en">{run.problem}</span>
        </Message>
      )}
      <Progress run={run} events={events} />
      {events?.failure && <Message kind="error" error={{ message: events.failure.message }} />}
      <Orders run={run} events={events} connection={connection} live={live} />
      {run.state === 'interrupted' && (
        <div class="stack">
          <p>{text({ en: 'To go on with it, in a terminal:', ja: '続きから再開するには、端末で:' })}</p>
          <pre tabIndex={0}>{resumeCommand(run.path)}</pre>
        </div>
      )}
      {events && <History events={events} />}
      {events?.result && <Result result={events.result} />}
      {events && <Layers watches={events.watches} />}
      {run.problem === undefined && (
        <div class="columns">
          <Doctor id={id} connection={connection} live={live} />
          <FullReport id={id} connection={connection} live={live} />
        </div>
      )}
    </article>
  );
}

function Progress({ run, events }: Pick<RunDetailsProps, 'run' | 'events'>): JSX.Element {
  const text = useText();
  const { step, steps, network, dataset, loss, learningRate, imagesPerSecond, epochs } = run;
  const start = events?.start;
  const left = imagesPerSecond && start ? ((steps - step) * start.batchSize) / imagesPerSecond : undefined;
  const facts: (readonly [string, string | undefined])[] = [
    [text(words.network), start ? `${network}, ${count(start.parameters)} ${text(parameters)}` : network],
    [text(words.data), start ? `${dataset}: ${text(imagesOf(start))}` : dataset],
    [text(words.steps), steps > 0 ? `${count(step)} / ${count(steps)}` : undefined],
    [text(words.epochs), count(epochs)],
    [text(words.loss), loss === undefined ? undefined : short(loss)],
    [text(words.learningRate), learningRate === undefined ? undefined : String(learningRate)],
    [text(words.imagesPerSecond), imagesPerSecond === undefined ? undefined : short(imagesPerSecond)],
    [
      text({ en: 'time left', ja: '残り時間' }),
      run.state === 'running' && left !== undefined ? clock(left) : undefined,
    ],
    [
      text({ en: 'time of whole epochs', ja: '完了したエポックの時間' }),
      events && events.epochs.length > 0 ? clock(trainingSeconds(events)) : undefined,
    ],
    [
      text({ en: 'engine', ja: 'エンジン' }),
      start &&
        `${start.engine} ${start.target}, ${text({ en: `threads ${start.threads}`, ja: `${start.threads} スレッド` })}`,
    ],
  ];
  return (
    <div class="stack">
      <progress
        class="whole"
        value={steps > 0 ? step / steps : 0}
        aria-label={text({ en: 'Steps done', ja: '終わったステップ' })}
      />
      <dl class="facts">
        {facts.map(
          ([name, value]) =>
            value !== undefined && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
    </div>
  );
}

const parameters = { en: 'parameters', ja: 'パラメータ' } as const;

function imagesOf({ trainImages, validationImages, testImages }: NonNullable<RunEvents['start']>): {
  en: string;
  ja: string;
} {
  const [train, validation, test] = [trainImages, validationImages, testImages].map(count);
  return {
    en: `${train} images to train, ${validation} to validate, ${test} to test`,
    ja: `訓練 ${train} 枚、検証 ${validation} 枚、テスト ${test} 枚`,
  };
}

/** Changes of the learning rate, and what the training has remarked. */
function History({ events: { rateChanges, notices } }: { readonly events: RunEvents }): JSX.Element | null {
  const text = useText();
  const remarks = [...new Set(notices.map(({ message }) => message))].slice(-5);
  if (rateChanges.length + remarks.length === 0) return null;
  return (
    <ul class="history">
      {rateChanges.map(({ globalStep, before, learningRate }, index) => (
        <li key={`${index}`}>
          {text({
            en: `Learning rate changed from ${before} to ${learningRate} at step ${count(globalStep)}`,
            ja: `ステップ ${count(globalStep)} で学習率を ${before} から ${learningRate} に変更`,
          })}
        </li>
      ))}
      {remarks.map((message) => (
        <li key={message} lang="en">
          {message}
        </li>
      ))}
    </ul>
  );
}

/** So many classes fit a matrix that can be read. */
const mostInMatrix = 12;

function Result({ result }: { readonly result: ResultEvent }): JSX.Element {
  const text = useText();
  const { accuracy, correct, total, loss, perClass, confusion } = result;
  return (
    <section class="stack">
      <h3>
        {text({
          en: `Test: ${count(correct)} of ${count(total)} right (${percent(accuracy)}), loss ${short(loss)}`,
          ja: `テスト: ${count(total)} 枚中 ${count(correct)} 枚正解 (${percent(accuracy)})、損失 ${short(loss)}`,
        })}
      </h3>
      <div class="columns">
        <Bars
          label={text({ en: 'Right answers, by class', ja: 'クラスごとの正解率' })}
          bars={perClass.map((one) => ({
            name: one.class,
            value: one.accuracy,
            shown: percent(one.accuracy),
          }))}
        />
        {perClass.length <= mostInMatrix && (
          <Confusion names={perClass.map((one) => one.class)} confusion={confusion} />
        )}
      </div>
    </section>
  );
}

function Confusion({
  names,
  confusion,
}: {
  names: readonly string[];
  confusion: ResultEvent['confusion'];
}): JSX.Element {
  const text = useText();
  const caption = text({
    en: 'Confusion: rows are what it is, columns what it was taken for',
    ja: '混同行列 (行は正解、列は予測)',
  });
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
      <table class="runs">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <td />
            {names.map((name) => (
              <th scope="col" key={name} class="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {confusion.map((row, label) => (
            <tr key={names[label]}>
              <th scope="row">{names[label]}</th>
              {row.map((value, predicted) => (
                <td key={predicted} class={`number ${predicted === label ? 'right' : ''}`}>
                  {value}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
