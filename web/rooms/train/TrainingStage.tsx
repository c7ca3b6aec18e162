import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Text } from '../../../src/language.ts';
import { useText } from '../../app/language.ts';
import { useStudio } from '../../app/studio.ts';
import { Button } from '../../parts/Button.tsx';
import { Field } from '../../parts/Field.tsx';
import { Message } from '../../parts/Message.tsx';
import { useWork } from '../../parts/useWork.ts';
import type { CollectionInfo, RunInfo } from '../../worker/protocol.ts';
import { adviceFor } from './advice.ts';
import { planTrouble, type Plan } from './plan.ts';
import { RunList } from './RunList.tsx';
import { RunView } from './RunView.tsx';

export interface TrainingStageProps {
  readonly plan: Plan;
  readonly collection: CollectionInfo | undefined;
  /** Images are being read. */
  readonly adding: boolean;
  /** Undefined until they are known. */
  readonly runs: readonly RunInfo[] | undefined;
  /** The id of the one that is shown. */
  readonly shown: string | undefined;
  readonly onShow: (id: string | undefined) => void;
  readonly onChanged: () => void;
}

/** The third stage: the training itself, and those before. */
export function TrainingStage(props: TrainingStageProps): JSX.Element {
  const { shown, onChanged } = props;
  const text = useText();
  const runs = props.runs ?? [];
  const run = runs.find(({ id }) => id === shown);
  return (
    <section class="stack" aria-labelledby="stage-training">
      <h2 id="stage-training">{text({ en: '3. Training', ja: '3. 訓練' })}</h2>
      <StartForm {...props} runs={runs} />
      {run !== undefined && <RunView key={run.id} info={run} adding={props.adding} onChanged={onChanged} />}
      {run === undefined && shown !== undefined && props.runs !== undefined && (
        <Message kind="note">
          {text({
            en: 'The training of this address is not in this browser: it was removed, or never was here.',
            ja: 'このアドレスの訓練はこのブラウザーにない。削除されたか、もともとここにはない。',
          })}
        </Message>
      )}
      <RunList {...props} runs={runs} />
    </section>
  );
}

type StartFormProps = Omit<TrainingStageProps, 'shown' | 'runs'> & { readonly runs: readonly RunInfo[] };

function StartForm({ plan, collection, adding, runs, onShow, onChanged }: StartFormProps): JSX.Element {
  const text = useText();
  const studio = useStudio();
  const [name, setName] = useState<string>();
  const { busy: starting, error, act } = useWork();
  const base = collection?.builtIn ? text({ en: 'Shapes', ja: '図形' }) : (collection?.name ?? '');
  const usual = `${base} ${runs.filter(({ request }) => request.collection === collection?.id).length + 1}`;
  const running = runs.find(({ state }) => state === 'running');
  const blocking =
    collection === undefined ? undefined : adviceFor(collection).find((advice) => advice.blocking);
  const start = (): Promise<void> =>
    act(async () => {
      const request = { ...plan, name: name?.trim() || usual, collection: collection!.id };
      const run = await studio.trainings.start(request);
      setName(undefined);
      onChanged();
      onShow(run.id);
    });
  const reasons: readonly (Text | undefined | false)[] = [
    running && {
      en: `“${running.request.name}” is running: pause it or finish it to start another.`,
      ja: `「${running.request.name}」が実行中である。次を始めるには、一時停止するか終えてほしい。`,
    },
    adding && {
      en: 'Images are being read: it can start once they are all there.',
      ja: '画像を読み込み中である。すべて読み込んだら始められる。',
    },
    blocking?.text,
    planTrouble(plan),
  ];
  const reason = reasons.find((one) => one !== undefined && one !== false);
  return (
    <div class="stack tight">
      <div class="row end">
        <Field label={text({ en: 'Name of the training', ja: '訓練の名前' })}>
          <input
            type="text"
            value={name ?? usual}
            maxLength={60}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </Field>
        <Button
          primary
          disabled={collection === undefined || reason !== undefined || starting}
          onClick={() => void start()}
        >
          {starting
            ? text({ en: 'Starting…', ja: '開始中…' })
            : text({ en: 'Start training', ja: '訓練を始める' })}
        </Button>
      </div>
      {reason && <p class="quiet">{text(reason)}</p>}
      {error !== undefined && <Message kind="error" error={error} />}
    </div>
  );
}
