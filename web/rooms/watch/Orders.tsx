import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { RunSummary } from '../../../src/serve/protocol.ts';
import type { TrainingOrder } from '../../../src/training/orders.ts';
import type { RunEvents } from '../../../src/training/runEvents.ts';
import { useText } from '../../app/language.ts';
import { Button } from '../../parts/Button.tsx';
import { Field } from '../../parts/Field.tsx';
import { Message } from '../../parts/Message.tsx';
import type { Connection } from './connection.ts';
import { OrderQuestion, type AskedOrder } from './OrderQuestion.tsx';
import { short } from './words.ts';

export interface OrdersProps {
  readonly run: RunSummary;
  readonly events: RunEvents | undefined;
  readonly connection: Connection;
  /** Whether the server is there. */
  readonly live: boolean;
}

const shownMilliseconds = 8000;

/** Stops a training, saves it, or changes its learning rate; each after a question. */
export function Orders({ run, events, connection, live }: OrdersProps): JSX.Element | null {
  const text = useText();
  const [asked, setAsked] = useState<AskedOrder>();
  const [given, setGiven] = useState<TrainingOrder>();
  const [error, setError] = useState<unknown>();
  const [typed, setTyped] = useState<string>();
  const changes = events?.rateChanges.length ?? 0;
  // What was ordered has been done once the run tells of it, which may be before the order's answer.
  useEffect(() => setGiven(undefined), [changes, run.state]);
  useEffect(() => {
    if (given === undefined || given.type === 'stop') return;
    const timer = setTimeout(() => setGiven(undefined), shownMilliseconds);
    return () => clearTimeout(timer);
  }, [given]);
  if (run.state !== 'running' && run.state !== 'waiting') return null;
  if (!run.control) return <NoControl id={run.id} />;
  const rate = typed ?? String(run.learningRate ?? '');
  const learningRate = Number(rate);
  const changeable = !isTested(run, events);
  const usable = rate.trim() !== '' && Number.isFinite(learningRate) && learningRate > 0;
  const isWrong = changeable && typed !== undefined && !usable;
  const give = (order: TrainingOrder): void => {
    setAsked(undefined);
    setError(undefined);
    const path = `api/runs/${encodeURIComponent(run.id)}/orders`;
    connection.post(path, order).then(() => {
      setGiven(order);
      setTyped(undefined);
    }, setError);
  };
  return (
    <section class="panel stack">
      <h3>{text({ en: 'Steer this training', ja: 'この訓練を操作する' })}</h3>
      {!changeable && <p>{text(beingTested)}</p>}
      <div class="row orders">
        {changeable && (
          <>
            <Button disabled={!live} onClick={() => give({ type: 'checkpoint' })}>
              {text({ en: 'Checkpoint now', ja: '今すぐチェックポイント' })}
            </Button>
            <Field label={text({ en: 'Learning rate', ja: '学習率' })}>
              <input
                type="text"
                inputMode="decimal"
                value={rate}
                aria-invalid={isWrong}
                onInput={(event) => setTyped(event.currentTarget.value)}
              />
            </Field>
            <Button
              disabled={!live || !usable}
              onClick={() => setAsked({ type: 'learning-rate', learningRate })}
            >
              {text({ en: 'Change the rate', ja: '学習率を変える' })}
            </Button>
          </>
        )}
        <Button disabled={!live} onClick={() => setAsked({ type: 'stop' })}>
          {text({ en: 'Stop', ja: '停止' })}
        </Button>
      </div>
      {isWrong && (
        <Message kind="note">
          {text({ en: 'A learning rate is a number over 0.', ja: '学習率は 0 より大きい数。' })}
        </Message>
      )}
      {given && <Message kind="good">{text(takenOf(given))}</Message>}
      {error !== undefined && <Message kind="error" error={error} />}
      {asked && (
        <OrderQuestion
          run={run}
          order={asked}
          onConfirm={() => give(asked)}
          onCancel={() => setAsked(undefined)}
        />
      )}
    </section>
  );
}

function NoControl({ id }: { readonly id: string }): JSX.Element {
  const text = useText();
  return (
    <p class="quiet">
      {text({
        en: `${id} was started without --control: it can be watched, and steered from its own terminal only. Trainings that are started or resumed with --control can be stopped, saved and given another learning rate here.`,
        ja: `${id} は --control なしで始めたので、ここでは見るだけになる。--control を付けて開始または再開した訓練は、ここから停止・保存・学習率の変更ができる。`,
      })}
    </p>
  );
}

/** All steps are done, or validation has ended them: what is left is the test, and nothing is saved or changed any more. */
function isTested({ step, steps }: RunSummary, events: RunEvents | undefined): boolean {
  if (steps > 0 && step >= steps) return true;
  const [start, epoch] = [events?.start, events?.epochs.at(-1)];
  if (start === undefined || epoch?.last !== true) return false;
  // A run that is made longer has had another last epoch before.
  return epoch.epoch * start.stepsPerEpoch > start.resumedFrom;
}

const beingTested = {
  en: 'All steps are done, and the model is being tested.',
  ja: 'すべてのステップが終わり、モデルをテストしている。',
} as const;

function takenOf(order: TrainingOrder): { en: string; ja: string } {
  switch (order.type) {
    case 'stop':
      return {
        en: 'The order to stop was given: the step is being finished, and a checkpoint written.',
        ja: '停止を指示した。ステップを終え、チェックポイントを書いている。',
      };
    case 'checkpoint':
      return {
        en: 'The order was given: a checkpoint is written before the next step.',
        ja: '指示した。次のステップの前にチェックポイントを書く。',
      };
    case 'learning-rate':
      return {
        en: `The order was given: the learning rate is ${short(order.learningRate)} from the next step on.`,
        ja: `指示した。次のステップから学習率は ${short(order.learningRate)} になる。`,
      };
  }
}
