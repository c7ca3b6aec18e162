import type { ComponentChildren, JSX } from 'preact';

export interface FieldProps {
  readonly label: string;
  /** One line under it: a unit, a range, what it does. */
  readonly hint?: string;
  /** The input, select or the like. */
  readonly children: ComponentChildren;
}

/** A labelled input. */
export function Field({ label, hint, children }: FieldProps): JSX.Element {
  return (
    <label class="field">
      <span class="field-label">{label}</span>
      {children}
      {hint !== undefined && <small>{hint}</small>}
    </label>
  );
}

export interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  /** Without a visible label, as in the cells of a matrix. Default false. */
  readonly bare?: boolean;
}

/** A number that is typed; what is none, or beyond min and max, is not taken, and gone when the field is left. */
export function NumberField(props: NumberFieldProps): JSX.Element {
  const { label, value, onChange, min = -Infinity, max = Infinity, step, bare = false } = props;
  const take = (event: Event): void => {
    const typed = (event.currentTarget as HTMLInputElement).valueAsNumber;
    if (typed >= min && typed <= max) onChange(typed);
  };
  const putBack = ({ currentTarget }: { readonly currentTarget: HTMLInputElement }): void => {
    if (currentTarget.valueAsNumber !== value) currentTarget.value = String(value);
  };
  const bound = (limit: number): number | undefined => (Number.isFinite(limit) ? limit : undefined);
  const input = (
    <input
      type="number"
      value={value}
      min={bound(min)}
      max={bound(max)}
      step={step ?? 'any'}
      aria-label={bare ? label : undefined}
      onInput={take}
      onBlur={putBack}
    />
  );
  return bare ? input : <Field label={label}>{input}</Field>;
}
