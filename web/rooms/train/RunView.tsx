import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { clock, percent } from '../../../src/numberText.ts';
import { useLanguage, useText } from '../../app/language.ts';
import { useStudio } from '../../app/studio.ts';
import { Message } from '../../parts/Message.tsx';
import type { RunInfo } from '../../worker/protocol.ts';
import { Curves } from './Curves.tsx';
import { Result } from './Result.tsx';
import { RunControls } from './RunControls.tsx';
import { stateNames, toldFailure } from './runTexts.ts';
import { keepSpeed } from './speeds.ts';
import { shownLoss, type Story } from './story.ts';
import { useRun } from './useRun.ts';

export interface RunViewProps {
  readonly info: RunInfo;
  /** Images are being read: none can be set going. */
  readonly adding: boolean;
  readonly onChanged: () => void;
}

/** A run, live or as it ended: figures, curves, filters, controls, result. */
export function RunView({ info, adding, onChanged }: RunViewProps): JSX.Element {
  const text = useText();
  const studio = useStudio();
  const { story, error } = useRun(studio, info.id);
  const run = story?.run ?? info;
  const { network } = run.request;
  const failure = toldFailure(run);
  const speed = story?.progress?.imagesPerSecond;
  useEffect(() => {
    if (speed !== undefined && run.state !== 'running') keepSpeed(network, speed);
  }, [run.state]);
  return (
    <div class="panel stack run" aria-label={run.request.name} role="group">
      <div class="row">
        <h3>{run.request.name}</h3>
        <span class="quiet" role="status">
          {text(stateNames[run.state])}
        </span>
      </div>
      {failure !== undefined && <Message kind="error" error={failure} />}
      <RunControls run={run} story={story} adding={adding} onChanged={onChanged} />
      {error !== undefined && <Message kind="error" error={error} />}
      {story === undefined && error === undefined && (
        <p role="status">{text({ en: 'Loading…', ja: '読み込み中…' })}</p>
      )}
      {story !== undefined && (
        <>
          <Figures run={run} story={story} />
          <Curves story={story} />
          {story.notices.map(({ code, message }) => (
            <Message kind="note" key={code}>
              <span lang="en">{message}</span>
            </Message>
          ))}
          {run.state === 'ended' && <Result run={run} story={story} />}
        </>
      )}
    </div>
  );
}

interface PartProps {
  readonly run: RunInfo;
  readonly story: Story;
}

function Figures({ run, story }: PartProps): JSX.Element {
  const text = useText();
  const language = useLanguage();
  const { progress } = story;
  const live = run.state === 'running' ? progress : undefined;
  const loss = live?.loss ?? story.loss.ys.at(-1);
  const accuracy = story.result?.accuracy ?? story.accuracy.ys.at(-1) ?? run.accuracy;
  const figures: readonly (readonly [string, string])[] = [
    [text({ en: 'Epoch', ja: 'エポック' }), `${live?.epoch ?? run.epoch} / ${run.epochs}`],
    [text({ en: 'Loss', ja: '損失' }), loss === undefined ? '–' : shownLoss(loss)],
    [
      text({ en: 'Held-out images right', ja: '検証画像の正解率' }),
      accuracy === undefined ? '–' : percent(accuracy),
    ],
    [
      text({ en: 'Images a second', ja: '毎秒の画像数' }),
      live === undefined ? '–' : Math.round(live.imagesPerSecond).toLocaleString(language),
    ],
    [text({ en: 'Time left', ja: '残り時間' }), live === undefined ? '–' : clock(live.secondsLeft)],
  ];
  return (
    <dl class="figures">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class="number">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
