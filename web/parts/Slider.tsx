import type { JSX } from 'preact';

export interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly onChange: (value: number) => void;
  /** The value as it is shown and read out, with its unit. Default: the number. */
  readonly shown?: string;
}

/** A slider with its label and value. The value is no `output`: a label names the first such thing in it. */
export function Slider({ label, value, min, max, step, onChange, shown }: SliderProps): JSX.Element {
  const text = shown ?? String(value);
  return (
    <label class="slider">
      <span class="field-label">
        {label}{' '}
        <span class="slider-value" aria-hidden="true">
          {text}
        </span>
      </span>
      <input
        type="range"
        value={value}
        min={min}
        max={max}
        step={step}
        aria-valuetext={text}
        onInput={(event) => onChange(event.currentTarget.valueAsNumber)}
      />
    </label>
  );
}
