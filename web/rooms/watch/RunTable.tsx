import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { RunSummary } from '../../../src/serve/protocol.ts';
import { count, percent } from '../../../src/numberText.ts';
import { useText } from '../../app/language.ts';
import { href } from '../../app/route.ts';
import { Button } from '../../parts/Button.tsx';
import { inOrder } from './runOrder.ts';
import { short, states, words } from './words.ts';

export interface RunTableProps {
  readonly runs: readonly RunSummary[];
  readonly folder: string | undefined;
  /** Whose curves are drawn, in the order of their colours. */
  readonly shown: readonly string[];
  readonly focused: string | undefined;
  readonly onToggle: (id: string) => void;
  /** Told of the run whose details are opened. */
  readonly onOpen: (id: string) => void;
}

/** So many at a time: each is drawn again whenever something has changed. */
const pageLength = 100;

/** All runs, those that go on first: a tick draws a run's curves, its name opens its details. */
export function RunTable(props: RunTableProps): JSX.Element {
  const { runs, folder, shown, focused, onToggle, onOpen } = props;
  const text = useText();
  const [length, setLength] = useState(pageLength);
  const listed = inOrder(runs).filter(
    ({ id }, index) => index < length || id === focused || shown.includes(id),
  );
  const hidden = runs.length - listed.length;
  const caption = text({ en: `Runs in ${folder}`, ja: `${folder} の実行` });
  const texts = [words.run, words.state, words.network, words.data];
  const numbers = [words.steps, words.loss, words.accuracy];
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
        <table class="runs">
          <caption>{caption}</caption>
          <thead>
            <tr>
              <th scope="col">{text({ en: 'Curves', ja: '曲線' })}</th>
              {[...texts, ...numbers].map((title, index) => (
                <th scope="col" key={title.en} class={index < texts.length ? undefined : 'number'}>
                  {text(title)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {listed.map((run) => (
              <Row
                key={run.id}
                run={run}
                name={run.id}
                color={shown.indexOf(run.id)}
                focused={run.id === focused}
                onToggle={onToggle}
                onOpen={onOpen}
              />
            ))}
          </tbody>
        </table>
      </div>
      {hidden > 0 && (
        <div class="row">
          <Button onClick={() => setLength(length + pageLength)}>
            {text({
              en: `Show ${Math.min(hidden, pageLength)} of the ${count(hidden)} others`,
              ja: `ほかの ${count(hidden)} 件のうち ${Math.min(hidden, pageLength)} 件を表示`,
            })}
          </Button>
        </div>
      )}
    </>
  );
}

interface RowProps {
  readonly run: RunSummary;
  readonly name: string;
  /** -1 where its curves are not drawn. */
  readonly color: number;
  readonly focused: boolean;
  readonly onToggle: RunTableProps['onToggle'];
  readonly onOpen: RunTableProps['onOpen'];
}

function Row({ run, name, color, focused, onToggle, onOpen }: RowProps): JSX.Element {
  const text = useText();
  const { id, state, network, dataset, step, steps, loss, accuracy, problem } = run;
  return (
    <tr class={focused ? 'focused' : undefined}>
      <td>
        <label class="tick">
          <input
            type="checkbox"
            checked={color >= 0}
            disabled={problem !== undefined}
            onChange={() => onToggle(id)}
            aria-label={text({ en: `Draw the curves of ${name}`, ja: `${name} の曲線を描く` })}
          />
          <span class="swatch" style={color < 0 ? {} : { background: `var(--series-${color})` }} />
        </label>
      </td>
      <th scope="row">
        <a
          href={href('watch', encodeURIComponent(id))}
          aria-current={focused ? 'true' : undefined}
          onClick={() => onOpen(id)}
        >
          {name}
        </a>
      </th>
      <td>
        <span class={`state ${state}`}>{text(states[state])}</span>
      </td>
      {problem === undefined ? (
        <>
          <td>{network}</td>
          <td class="path">{dataset}</td>
          <td class="number">{steps > 0 ? `${count(step)} / ${count(steps)}` : '–'}</td>
          <td class="number">{loss === undefined ? '–' : short(loss)}</td>
          <td class="number">
            {accuracy === undefined ? '–' : `${percent(accuracy.value)} (${text(words[accuracy.on])})`}
          </td>
        </>
      ) : (
        <td colSpan={5} lang="en">
          {problem}
        </td>
      )}
    </tr>
  );
}
