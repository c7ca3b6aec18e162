import type { JSX } from 'preact';
import type { ResultEvent } from '../../../src/training/events.ts';
import { useText } from '../../app/language.ts';

/** What the images of each class were taken for: rows are classes, columns answers. */
export function Confusion({ result }: { readonly result: ResultEvent }): JSX.Element {
  const text = useText();
  const names = result.perClass.map((one) => one.class);
  const title = text({ en: 'What each class was taken for', ja: '各クラスが何と答えられたか' });
  return (
    <figure class="stack tight">
      <figcaption class="field-label">{title}</figcaption>
      <div class="scroll" tabIndex={0} role="group" aria-label={title}>
        <table class="confusion">
          <thead>
            <tr>
              <th scope="col">
                <small>{text({ en: 'class ↓ answer →', ja: 'クラス ↓ 答え →' })}</small>
              </th>
              {names.map((name) => (
                <th scope="col" key={name}>
                  <span>{name}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {result.confusion.map((row, label) => (
              <tr key={label}>
                <th scope="row">{names[label]}</th>
                {row.map((count, answer) => (
                  <ConfusionCell
                    key={answer}
                    count={count}
                    share={count / Math.max(1, result.perClass[label]!.total)}
                    right={label === answer}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

interface ConfusionCellProps {
  readonly count: number;
  /** 0..1, of its row. */
  readonly share: number;
  readonly right: boolean;
}

function ConfusionCell({ count, share, right }: ConfusionCellProps): JSX.Element {
  const color = right ? 'var(--series-2)' : 'var(--series-1)';
  // At most half of the colour, so that numbers are read on it.
  const ground = `color-mix(in srgb, ${color} ${Math.round(45 * share)}%, transparent)`;
  return (
    <td class="number" style={{ background: count === 0 ? undefined : ground }}>
      {count === 0 ? '·' : count}
    </td>
  );
}
