import type { JSX } from 'preact';
import { optionChecks } from '../../../src/training/optionChecks.ts';

export interface RateFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
}

/** Whether a rate may be trained with; an empty field is none. */
export function isRate(value: string): boolean {
  return optionChecks.learningRate.accepts(Number(value));
}

/** A learning rate with the digits that mean something. */
export function shownRate(learningRate: number): string {
  return String(Number(learningRate.toPrecision(3)));
}

/** A learning rate that is typed, beside its label. */
export function RateField({ label, value, onInput }: RateFieldProps): JSX.Element {
  return (
    <label class="row tight">
      <span>{label}</span>
      <input
        type="number"
        class="rate"
        min={0}
        step="any"
        value={value}
        aria-invalid={value !== '' && !isRate(value)}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}
