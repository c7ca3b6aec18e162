import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useText } from '../../app/language.ts';
import { useStudio } from '../../app/studio.ts';
import { Button } from '../../parts/Button.tsx';
import { Message } from '../../parts/Message.tsx';
import { useWork } from '../../parts/useWork.ts';
import type { RunInfo } from '../../worker/protocol.ts';
import { RateControl } from './RateControl.tsx';
import { isRate, RateField, shownRate } from './RateField.tsx';
import { goOnName, isDiverged } from './runTexts.ts';
import { safeRate } from './safeRate.ts';
import type { Story } from './story.ts';

export interface RunControlsProps {
  readonly run: RunInfo;
  /** Undefined until it has come. */
  readonly story: Story | undefined;
  /** Images are being read: none can be set going. */
  readonly adding: boolean;
  readonly onChanged: () => void;
}

/** What can be done with a run that has not ended: pause it or set it going, end it, change its learning rate. */
export function RunControls({ run, story, adding, onChanged }: RunControlsProps): JSX.Element | null {
  const text = useText();
  const { trainings } = useStudio();
  const { busy, error, act } = useWork();
  const { id, state, hasCheckpoint } = run;
  if (state === 'ended') return null;
  const change = (work: () => Promise<unknown>): void =>
    void act(async () => {
      await work();
      onChanged();
    });
  const running = state === 'running';
  return (
    <>
      <div class="row">
        {running ? (
          <Button disabled={busy} onClick={() => change(() => trainings.pause(id))}>
            {text({ en: 'Pause', ja: '一時停止' })}
          </Button>
        ) : (
          <GoOn
            run={run}
            story={story}
            busy={busy || adding}
            onGoOn={(options) => change(() => trainings.resume(id, options))}
          />
        )}
        {(running || hasCheckpoint) && (
          <Button disabled={busy} onClick={() => change(() => trainings.finish(id))}>
            {text({ en: 'Finish now', ja: 'ここで終える' })}
          </Button>
        )}
        {running && <RateControl run={id} current={story?.learningRate} />}
      </div>
      {error !== undefined && <Message kind="error" error={error} />}
      {isDiverged(run) && <DivergedNote hasCheckpoint={hasCheckpoint} />}
    </>
  );
}

interface GoOnProps extends Pick<RunControlsProps, 'run' | 'story'> {
  readonly busy: boolean;
  readonly onGoOn: (options: { readonly learningRate?: number }) => void;
}

/** Sets a run going that is stopped, with another learning rate where one is wanted or needed. */
function GoOn({ run, story, busy, onGoOn }: GoOnProps): JSX.Element {
  const text = useText();
  const [typed, setTyped] = useState<string>();
  const current = story?.learningRate ?? run.request.learningRate;
  const diverged = isDiverged(run);
  const proposed = diverged ? safeRate(current, story?.rateBefore) : current;
  const value = typed ?? (proposed === undefined ? '' : shownRate(proposed));
  const usable = value === '' || isRate(value);
  const goOn = (): void => {
    // Left as it is, the rate is the schedule's.
    const changes = isRate(value) && (diverged || typed !== undefined);
    onGoOn(changes ? { learningRate: Number(value) } : {});
  };
  // What ruined it has to be known first.
  const disabled = busy || !usable || (diverged && story === undefined);
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        if (!disabled) goOn();
      }}
    >
      <Button primary disabled={disabled} onClick={goOn}>
        {text(goOnName(run))}
      </Button>
      <RateField
        label={text({ en: 'with learning rate', ja: '再開後の学習率' })}
        value={value}
        onInput={setTyped}
      />
    </form>
  );
}

function DivergedNote({ hasCheckpoint }: Pick<RunInfo, 'hasCheckpoint'>): JSX.Element {
  const text = useText();
  return (
    <p>
      {hasCheckpoint
        ? text({
            en: 'The steps were too large. Go on from the last checkpoint with the smaller learning rate above, finish with what it had learnt there, or start another with a smaller one (Details, at the top).',
            ja: '1 歩が大きすぎた。上の小さくした学習率で最後のチェックポイントから再開するか、そこまでの結果で終えるか、「詳しい設定」で学習率を小さくして新しく始めるとよい。',
          })
        : text({
            en: 'The steps were too large, and there was no checkpoint yet. Begin again with the smaller learning rate above, or start another with a smaller one (Details, at the top).',
            ja: '1 歩が大きすぎた。チェックポイントはまだなかった。上の小さくした学習率で最初からやり直すか、「詳しい設定」で学習率を小さくして新しく始めるとよい。',
          })}
    </p>
  );
}
