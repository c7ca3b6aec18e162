import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useText } from '../../app/language.ts';
import { useStudio } from '../../app/studio.ts';
import { Button } from '../../parts/Button.tsx';
import { Message } from '../../parts/Message.tsx';
import { isRate, RateField, shownRate } from './RateField.tsx';

export interface RateControlProps {
  readonly run: string;
  /** Of the latest step. */
  readonly current: number | undefined;
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
        if (isRate(value)) set(rate);
      }}
    >
      <RateField label={text({ en: 'Learning rate', ja: '学習率' })} value={value} onInput={setTyped} />
      <button type="submit" disabled={!isRate(value)}>
        {text({ en: 'Set', ja: '設定' })}
      </button>
      <Button disabled={!isRate(value)} onClick={() => set(rate / 10)}>
        ÷ 10
      </Button>
      <Button disabled={!isRate(value)} onClick={() => set(rate * 2)}>
        × 2
      </Button>
      {error !== undefined && <Message kind="error" error={error} />}
    </form>
  );
}
