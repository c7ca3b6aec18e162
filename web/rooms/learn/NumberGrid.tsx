import type { JSX } from 'preact';
import { NumberField } from '../../parts/Field.tsx';

export interface NumberGridProps {
  readonly label: string;
  readonly columns: number;
  readonly values: readonly number[];
  /** Makes its cells fields. */
  readonly onChange?: (values: readonly number[]) => void;
  readonly digits?: number;
  /** Cells that stand out. */
  readonly marked?: (at: number) => boolean;
}

/** A matrix, to be read or edited. */
export function NumberGrid(props: NumberGridProps): JSX.Element {
  const { label, columns, values, onChange, digits = 2, marked } = props;
  const rows = Array.from({ length: Math.ceil(values.length / columns) }, (_, row) =>
    values.slice(row * columns, (row + 1) * columns),
  );
  return (
    <table class="numbers">
      <caption>{label}</caption>
      <tbody>
        {rows.map((row, y) => (
          <tr key={y}>
            {row.map((value, x) => {
              const at = y * columns + x;
              return (
                <td key={x} class={marked?.(at) ? 'marked' : undefined}>
                  {onChange === undefined ? (
                    shorten(value, digits)
                  ) : (
                    <NumberField
                      bare
                      label={`${label}, ${y + 1}, ${x + 1}`}
                      value={value}
                      min={-999}
                      max={999}
                      onChange={(next) => onChange(values.with(at, next))}
                    />
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A number with at most so many digits after the point, and a real minus. */
export function shorten(value: number, digits = 2): string {
  return String(Number(value.toFixed(digits))).replace('-', '−');
}
