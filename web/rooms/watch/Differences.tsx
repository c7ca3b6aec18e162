import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Comparison } from '../../../src/serve/protocol.ts';
import { useText } from '../../app/language.ts';
import type { Connection } from './connection.ts';

export interface DifferencesProps {
  readonly connection: Connection;
  readonly ids: readonly string[];
}

/** The options that are not the same in all of these runs. */
export function Differences({ connection, ids }: DifferencesProps): JSX.Element | null {
  const text = useText();
  const [comparison, setComparison] = useState<Comparison>();
  const key = ids.join('\n');
  useEffect(() => {
    const controller = new AbortController();
    const query = new URLSearchParams(ids.map((id) => ['run', id]));
    connection.get<Comparison>(`api/compare?${query}`, controller.signal).then(setComparison, () => {
      // The server is gone, which the room says; a table from before is as good as it was.
    });
    return () => controller.abort();
  }, [connection, key]);
  if (comparison === undefined || comparison.runs.join('\n') !== key) return null;
  const { runs, differences } = comparison;
  const caption = text({ en: 'What differs in their configurations', ja: '設定の違い' });
  if (differences.length === 0) {
    return (
      <p>
        {text({
          en: 'The configurations of these runs are the same.',
          ja: 'これらの実行の設定に違いはない。',
        })}
      </p>
    );
  }
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
      <table class="runs">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{text({ en: 'Option', ja: 'オプション' })}</th>
            {runs.map((id, color) => (
              <th scope="col" key={id}>
                <span class="swatch" style={{ background: `var(--series-${color})` }} /> {id}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {differences.map(({ option, values }) => (
            <tr key={option}>
              <th scope="row">
                <code>{option}</code>
              </th>
              {values.map((value, index) => (
                <td key={index}>{value}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
