import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { RunSummary } from '../../../src/serve/protocol.ts';
import type { TrainingOrder } from '../../../src/training/orders.ts';
import { useText } from '../../app/language.ts';
import { Confirm } from '../../parts/Confirm.tsx';
import { resumeCommand } from './resumeCommand.ts';
import { short, words } from './words.ts';

export type AskedOrder = Exclude<TrainingOrder, { type: 'checkpoint' }>;

export interface OrderQuestionProps {
  readonly run: RunSummary;
  readonly order: AskedOrder;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}

/** Asks before an order is given; twice, when a learning rate would grow by much. */
export function OrderQuestion({ order, ...props }: OrderQuestionProps): JSX.Element {
  return order.type === 'stop' ? (
    <StopQuestion {...props} />
  ) : (
    <RateQuestion {...props} rate={order.learningRate} />
  );
}

type QuestionProps = Omit<OrderQuestionProps, 'order'>;

function StopQuestion({ run, ...answers }: QuestionProps): JSX.Element {
  const text = useText();
  return (
    <Confirm
      question={text({ en: `Stop ${run.id}?`, ja: `${run.id} を停止する?` })}
      action={text({ en: 'Stop it', ja: '停止する' })}
      cancel={text(words.cancel)}
      {...answers}
    >
      <p>
        {text({
          en: 'It finishes its step and writes a checkpoint, as Ctrl-C makes it do. Once it has stopped, this goes on with it:',
          ja: 'Ctrl-C と同じく、実行中のステップを終え、チェックポイントを書いてから止まる。止まったあとは、次のコマンドで再開できる。',
        })}
      </p>
      <pre>{resumeCommand(run.path)}</pre>
    </Confirm>
  );
}

/** A rate that is more than so many times the present one is most likely a slip of the hand. */
const muchHigher = 10;

function RateQuestion({ run, rate, onConfirm, onCancel }: QuestionProps & { rate: number }): JSX.Element {
  const text = useText();
  const [again, setAgain] = useState(false);
  const before = run.learningRate;
  const [now, next] = [before === undefined ? undefined : short(before), short(rate)];
  const isMuch = before !== undefined && before > 0 && rate > muchHigher * before;
  const cancel = text(words.cancel);
  if (again) {
    const times = short(rate / before!);
    return (
      <Confirm
        key="again"
        question={text({
          en: `${next} is ${times} times the present learning rate of ${now}. Change it all the same?`,
          ja: `${next} は今の学習率 ${now} の ${times} 倍になる。それでも変える?`,
        })}
        action={text({ en: 'Change it all the same', ja: 'それでも変える' })}
        cancel={cancel}
        onConfirm={onConfirm}
        onCancel={onCancel}
      >
        <p>
          {text({
            en: 'After such a leap the loss mostly becomes NaN, which ends the training. The checkpoint that is written with the change has the new rate too.',
            ja: 'ここまで上げると、たいてい損失が NaN になって訓練が終わる。変更と同時に書かれるチェックポイントにも新しい学習率が残る。',
          })}
        </p>
      </Confirm>
    );
  }
  return (
    <Confirm
      key="first"
      question={text(
        now === undefined
          ? {
              en: `Change the learning rate of ${run.id} to ${next}, from the next step on?`,
              ja: `次のステップから ${run.id} の学習率を ${next} に変える?`,
            }
          : {
              en: `Change the learning rate of ${run.id} from ${now} to ${next}, from the next step on?`,
              ja: `次のステップから ${run.id} の学習率を ${now} から ${next} に変える?`,
            },
      )}
      action={text({ en: 'Change it', ja: '変える' })}
      cancel={cancel}
      onConfirm={isMuch ? () => setAgain(true) : onConfirm}
      onCancel={onCancel}
    />
  );
}
