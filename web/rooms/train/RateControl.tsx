import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useText } from '../../app/language.ts';
import { useStudio } from '../../app/studio.ts';
import { Button } from '../../parts/Button.tsx';
import { Message } from '../../parts/Message.tsx';

export interface RateControlProps {
  readonly run: string;
  /** Of the latest step. */
  readonly current: number | undefined;
}

/** With the digits that mean something. */
function shownRate(learningRate: number): string {
  return String(Number(learningRate.toPrecision(3)));
}

/** Changes the learning rate while the training goes on; the schedule then goes down from there in proportion. */
export function RateControl({ run, current }: RateControlProps): JSX.Element {
  const text = useText();
  const { trainings } = useStudio();
  const [typed, setTyped] = useState<string>();
  const [error, setError] = useState<unknown>();
  const value = typed ?? (current === undefined ? '' : shownRate(current));
  const set = (learningRate: number): void => {
    setError(undefined);
    setTyped(undefined);
    trainings.setLearningRate(run, learningRate).catch(setError);
  };
  const rate = Number(value);
  return (
    <form
      class="row tight"
      onSubmit={(event) => {
        event.preventDefault();
        if (rate > 0) set(rate);
      }}
    >
      <label class="row tight">
        <span>{text({ en: 'Learning rate', ja: '学習率' })}</span>
        <input
          type="number"
          class="rate"
          min={0}
          step="any"
          value={value}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
      <button type="submit" disabled={!(rate > 0)}>
        {text({ en: 'Set', ja: '設定' })}
      </button>
      <Button disabled={!(rate > 0)} onClick={() => set(rate / 10)}>
        ÷ 10
      </Button>
      <Button disabled={!(rate > 0)} onClick={() => set(rate * 2)}>
        × 2
      </Button>
      {error !== undefined && <Message kind="error" error={error} />}
    </form>
  );
}
