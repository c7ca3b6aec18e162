import type { ComponentChildren, JSX } from 'preact';
import type { Diagnosed, WrittenReport } from '../../../src/serve/protocol.ts';
import { count } from '../../../src/numberText.ts';
import { useLanguage, useText } from '../../app/language.ts';
import { Button } from '../../parts/Button.tsx';
import { Message } from '../../parts/Message.tsx';
import type { Connection } from './connection.ts';
import { useJob, type JobControl } from './useJob.ts';
import { words } from './words.ts';

export interface JobsProps {
  readonly id: string;
  readonly connection: Connection;
  /** Whether the server is there. */
  readonly live: boolean;
}

/** What is wrong with a run, and what to try. */
export function Doctor({ id, connection, live }: JobsProps): JSX.Element {
  const text = useText();
  const language = useLanguage();
  const path = `api/runs/${encodeURIComponent(id)}/doctor?language=${language}`;
  const job = useJob<Diagnosed>(connection, path);
  return (
    <Work
      title={text({ en: 'The doctor', ja: '診断' })}
      about={text({
        en: 'Looks for what is wrong with this run, by its curves and by trying its model on its training images: some seconds.',
        ja: '曲線と、訓練画像でモデルを試した結果から、問題点を探す。数秒かかる。',
      })}
      action={text({ en: 'Ask the doctor', ja: '診断する' })}
      job={job}
      live={live}
    >
      {job.result && <Findings {...job.result} />}
    </Work>
  );
}

function Findings({ findings, examined, notExamined }: Diagnosed): JSX.Element {
  const text = useText();
  return (
    <>
      {findings.length === 0 && (
        <Message kind="good">
          {text({ en: 'Nothing wrong was found.', ja: '問題は見つからなかった。' })}
        </Message>
      )}
      {findings.map(({ name, title, evidence, advice }) => (
        <div class="finding" key={name}>
          <h4>{title}</h4>
          <p>{evidence}</p>
          <ul>
            {advice.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </div>
      ))}
      <p class="quiet">
        {notExamined === undefined ? (
          text({
            en: `Training images looked at: ${count(examined)}.`,
            ja: `調べた訓練画像: ${count(examined)} 枚。`,
          })
        ) : (
          <>
            {text({
              en: 'Judged by the events alone, because the images could not be looked at:',
              ja: '画像を調べられなかったので、記録だけから判断した。理由:',
            })}{' '}
            <span lang="en">{notExamined}</span>
          </>
        )}
      </p>
    </>
  );
}

/** The whole report, in a tab of its own. */
export function FullReport({ id, connection, live }: JobsProps): JSX.Element {
  const text = useText();
  const language = useLanguage();
  const path = `api/runs/${encodeURIComponent(id)}/report?language=${language}`;
  const job = useJob<WrittenReport>(connection, path);
  return (
    <Work
      title={text({ en: 'The full report', ja: 'レポート' })}
      about={text({
        en: 'All curves, mistakes, filters and where the network looks, in one page. It tests the model: seconds to minutes.',
        ja: '曲線、間違い、フィルター、ネットワークの見ている場所を 1 ページにまとめる。モデルをテストするので、数秒から数分かかる。',
      })}
      action={text({ en: 'Make the report', ja: 'レポートを作る' })}
      job={job}
      live={live}
    >
      {job.result && (
        <p>
          <a href={`.${job.result.path}`} target="_blank" rel="noopener">
            {text({ en: 'Open the report in a new tab', ja: 'レポートを新しいタブで開く' })}
          </a>
        </p>
      )}
    </Work>
  );
}

interface WorkProps<Result> {
  readonly title: string;
  readonly about: string;
  readonly action: string;
  readonly job: JobControl<Result>;
  readonly live: boolean;
  readonly children: ComponentChildren;
}

/** A button that starts work, its progress, and what came of it. */
function Work<Result>({ title, about, action, job, live, children }: WorkProps<Result>): JSX.Element {
  const text = useText();
  const { busy } = job;
  const what =
    job.state === 'queued' ? text({ en: 'waiting for other work', ja: 'ほかの作業を待っている' }) : job.what;
  return (
    <section class="panel stack">
      <h3>{title}</h3>
      <p class="quiet">{about}</p>
      <div class="row">
        <Button disabled={busy || !live} onClick={job.start}>
          {action}
        </Button>
        {busy && <Button onClick={job.cancel}>{text(words.cancel)}</Button>}
      </div>
      {busy && (
        <label class="field">
          <span>{what ?? text({ en: 'at work', ja: '作業中' })}</span>
          <progress value={job.share} />
        </label>
      )}
      {job.state === 'failed' && <Message kind="error" error={job.error} />}
      <div class="stack" role="status">
        {children}
      </div>
    </section>
  );
}
