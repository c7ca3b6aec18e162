import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { RunSummary } from '../../../src/serve/protocol.ts';
import { count } from '../../../src/numberText.ts';
import type { RoomProps } from '../../app/rooms.ts';
import { useLanguage, useText } from '../../app/language.ts';
import { Message } from '../../parts/Message.tsx';
import { createConnection, type Connection } from './connection.ts';
import { Curves } from './Curves.tsx';
import { Differences } from './Differences.tsx';
import { Guarded } from './Guarded.tsx';
import { RunDetails } from './RunDetails.tsx';
import { inOrder, isRunning } from './runOrder.ts';
import { RunTable } from './RunTable.tsx';
import { isServedByStudio, keptToken } from './token.ts';
import { useRuns, type Runs } from './useRuns.ts';
import './watch.css';

/** Runs on this machine, live. */
export function Room({ path }: RoomProps): JSX.Element {
  const text = useText();
  const [connection, setConnection] = useState<Connection | 'coming' | undefined>('coming');
  useEffect(() => {
    void keptToken().then((token) =>
      setConnection(token === undefined ? undefined : createConnection(token)),
    );
  }, []);
  return (
    <div class="stack">
      <h1>{text({ en: 'Watch', ja: '見守る' })}</h1>
      {!isServedByStudio() ? (
        <Elsewhere />
      ) : connection === undefined ? (
        <Message kind="error">{text(openPrinted)}</Message>
      ) : connection === 'coming' ? null : (
        <Watching connection={connection} path={path} />
      )}
    </div>
  );
}

const openPrinted = {
  en: 'This tab has no token of the server. Open the address that “alexnet studio” printed in its terminal, with all that follows “?token=”.',
  ja: 'このタブはサーバーのトークンを持っていない。alexnet studio が端末に表示したアドレスを、「?token=」以降も含めて開いてほしい。',
} as const;

/** On a server of static files there are no runs: what to do to see some. */
function Elsewhere(): JSX.Element {
  const text = useText();
  return (
    <div class="stack">
      <p>
        {text({
          en: 'Here you see trainings on your own machine while they go on. A web page cannot look into its folders, so this room needs the studio that runs there. Install Node.js, and in a terminal:',
          ja: 'この部屋では、自分のマシンで進行中の訓練をその場で見られる。ウェブページからはフォルダーの中が見えないので、マシン上で動くスタジオが要る。Node.js を入れ、端末で次を実行してほしい。',
        })}
      </p>
      <pre tabIndex={0}>{'npm install alexnet-ts\nnpx alexnet studio'}</pre>
      <p>
        {text({
          en: 'It opens this page again, with this room at work. A training to watch, in another terminal:',
          ja: '同じページが開き、この部屋が使えるようになる。見守る訓練は別の端末で始める。',
        })}
      </p>
      <pre tabIndex={0}>npx alexnet train alexnet-32 --dataset shapes --epochs 20 --control</pre>
    </div>
  );
}

/** So many can be told apart. */
const mostOverlaid = 6;

interface WatchingProps {
  readonly connection: Connection;
  readonly path: readonly string[];
}

function Watching({ connection, path }: WatchingProps): JSX.Element {
  const text = useText();
  const [chosen, setChosen] = useState<readonly string[]>();
  // Before anything is chosen: the run of the address, and what goes on now, else what was last.
  const [usual, setUsual] = useState<readonly string[]>(path.slice(0, 1).map(decoded));
  const shown = chosen ?? usual;
  const focused = path[0] === undefined ? shown[0] : decoded(path[0]);
  const followed = [...new Set([...shown, ...(focused === undefined ? [] : [focused])])].sort();
  const state = useRuns(connection, followed);
  const { runs, folder, complete, curves, link } = state;
  if (chosen === undefined && runs !== undefined) {
    const next = usualChoice(runs, usual);
    if (next.join('\n') !== usual.join('\n')) setUsual(next);
  }
  const draw = (id: string): void =>
    setChosen([...shown.filter((one) => one !== id), id].slice(-mostOverlaid));
  const toggle = (id: string): void =>
    shown.includes(id) ? setChosen(shown.filter((one) => one !== id)) : draw(id);
  const open = (id: string): void => {
    if (!shown.includes(id)) draw(id);
  };
  if (runs === undefined) return <Waiting {...state} />;
  const overlaid = shown.filter((id) => runs.some((run) => run.id === id));
  const run = runs.find(({ id }) => id === focused);
  return (
    <>
      <LinkNotice {...state} />
      {runs.length === 0 ? (
        <NoRuns folder={folder ?? ''} />
      ) : (
        <>
          <RunTable
            runs={runs}
            folder={folder}
            shown={overlaid}
            focused={focused}
            onToggle={toggle}
            onOpen={open}
          />
          {!complete && (
            <Message kind="note">
              {text({
                en: `There are more runs in ${folder} than the ${count(runs.length)} that are listed. “alexnet studio --runs FOLDER” shows those of a folder within it.`,
                ja: `${folder} には、一覧に出ている ${count(runs.length)} 件のほかにも実行がある。その中のフォルダーだけを見るには、alexnet studio --runs フォルダー を起動する。`,
              })}
            </Message>
          )}
          <Curves ids={overlaid} curves={curves} />
          {overlaid.length > 1 && <Differences connection={connection} ids={overlaid} />}
          {run === undefined ? (
            focused !== undefined && (
              <Message kind="note">
                {text({ en: `The run “${focused}” is not there.`, ja: `実行「${focused}」はない。` })}
              </Message>
            )
          ) : (
            <Guarded key={run.id} id={run.id}>
              <RunDetails
                run={run}
                events={curves.get(run.id)}
                connection={connection}
                live={link === 'live'}
              />
            </Guarded>
          )}
        </>
      )}
    </>
  );
}

/** A part of the address, which may have been typed. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** All that run now, or the latest; what was shown stays when it has ended. */
function usualChoice(runs: readonly RunSummary[], before: readonly string[]): readonly string[] {
  const latest = inOrder(runs.filter(({ problem }) => problem === undefined));
  const running = latest.filter(isRunning);
  const stays = before.filter((id) => runs.some((run) => run.id === id));
  const added = running.map(({ id }) => id).filter((id) => !stays.includes(id));
  const chosen = [...stays, ...added].slice(-mostOverlaid);
  return chosen.length > 0 ? chosen : latest.slice(0, 1).map(({ id }) => id);
}

function Waiting({ link }: Runs): JSX.Element {
  const text = useText();
  if (link === 'refused') return <Message kind="error">{text(openPrinted)}</Message>;
  if (link === 'lost') return <Message kind="error">{text(serverGone)}</Message>;
  return <p role="status">{text({ en: 'Looking for runs…', ja: '実行を探している…' })}</p>;
}

const serverGone = {
  en: 'The server does not answer. Start “alexnet studio” again, in the same folder: this page goes on by itself.',
  ja: 'サーバーが応答しない。同じフォルダーで alexnet studio をもう一度起動すれば、このページは自動で続きを表示する。',
} as const;

function LinkNotice({ link, lostAt }: Runs): JSX.Element | null {
  const text = useText();
  const language = useLanguage();
  if (link === 'refused') return <Message kind="error">{text(openPrinted)}</Message>;
  if (link !== 'lost' || lostAt === undefined) return null;
  const time = new Date(lostAt).toLocaleTimeString(language);
  return (
    <Message kind="error">
      {text(serverGone)}{' '}
      {text({ en: `What you see is from ${time}.`, ja: `表示しているのは ${time} 時点の内容。` })}
    </Message>
  );
}

function NoRuns({ folder }: { readonly folder: string }): JSX.Element {
  const text = useText();
  return (
    <div class="stack">
      <p>
        {text({
          en: `There are no runs in ${folder} yet. Start a training there, in another terminal; it appears here at once:`,
          ja: `${folder} にはまだ実行がない。別の端末で訓練を始めると、すぐここに現れる。`,
        })}
      </p>
      <pre tabIndex={0}>npx alexnet train alexnet-32 --dataset shapes --epochs 20 --control</pre>
    </div>
  );
}
