import type { JSX } from 'preact';

export interface Bar {
  readonly name: string;
  /** Length of the bar: a share of `most`. */
  readonly value: number;
  /** The value as it is written. */
  readonly shown: string;
  /** The one that is meant. Default false. */
  readonly marked?: boolean;
}

export interface BarsProps {
  readonly label: string;
  readonly bars: readonly Bar[];
  /** The value of a full bar. Default 1. */
  readonly most?: number;
}

/** Values beside each other, each with its name and number: a table that is drawn as bars. */
export function Bars({ label, bars, most = 1 }: BarsProps): JSX.Element {
  return (
    <table class="bars">
      <caption>{label}</caption>
      <tbody>
        {bars.map(({ name, value, shown, marked }, index) => (
          <tr key={index} class={marked ? 'marked' : undefined}>
            <th scope="row">
              <span>{name}</span>
            </th>
            <td class="bar">
              <div style={{ width: `${100 * Math.min(1, Math.max(0, value / most))}%` }} />
            </td>
            <td class="number">{shown}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
