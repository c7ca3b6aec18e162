import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { percent } from '../../../src/numberText.ts';
import type { Text } from '../../../src/language.ts';
import { useLanguage, useText } from '../../app/language.ts';
import { useStudio } from '../../app/studio.ts';
import { Button } from '../../parts/Button.tsx';
import { Message } from '../../parts/Message.tsx';
import { RemoveButton } from '../../parts/RemoveButton.tsx';
import type { RunInfo } from '../../worker/protocol.ts';
import { goOnName, stateNames } from './runTexts.ts';

export interface RunListProps {
  readonly runs: readonly RunInfo[];
  readonly shown: string | undefined;
  /** Images are being read: none can be set going. */
  readonly adding: boolean;
  readonly onShow: (id: string | undefined) => void;
  readonly onChanged: () => void;
}

/** The trainings in storage, the latest first. */
export function RunList({ runs, shown, adding, onShow, onChanged }: RunListProps): JSX.Element | null {
  const text = useText();
  const [error, setError] = useState<unknown>();
  const running = runs.find(({ state }) => state === 'running')?.id;
  // What was refused may be allowed now.
  useEffect(() => setError(undefined), [running]);
  if (runs.length === 0) return null;
  const titles: readonly Text[] = [
    { en: 'Name', ja: '名前' },
    { en: 'Started', ja: '開始' },
    { en: 'State', ja: '状態' },
    { en: 'Epoch', ja: 'エポック' },
    { en: 'Held-out accuracy', ja: '検証の正解率' },
    { en: 'Actions', ja: '操作' },
  ];
  return (
    <div class="stack tight">
      <h3>{text({ en: 'Trainings', ja: '訓練の一覧' })}</h3>
      {error !== undefined && <Message kind="error" error={error} />}
      <div class="scroll" tabIndex={0} role="group" aria-label={text({ en: 'Trainings', ja: '訓練の一覧' })}>
        <table class="list">
          <thead>
            <tr>
              {titles.map((title) => (
                <th scope="col" key={title.en}>
                  {text(title)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {runs
              .toSorted((a, b) => b.startedAt - a.startedAt)
              .map((run) => (
                <RunRow
                  key={run.id}
                  run={run}
                  isShown={run.id === shown}
                  adding={adding}
                  onShow={onShow}
                  onChanged={onChanged}
                  onError={setError}
                />
              ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

interface RunRowProps extends Pick<RunListProps, 'adding' | 'onShow' | 'onChanged'> {
  readonly run: RunInfo;
  readonly isShown: boolean;
  readonly onError: (error: unknown) => void;
}

function RunRow({ run, isShown, adding, onShow, onChanged, onError }: RunRowProps): JSX.Element {
  const text = useText();
  const language = useLanguage();
  const studio = useStudio();
  const { id, state, request, epoch, epochs, accuracy } = run;
  const [busy, setBusy] = useState(false);
  const act = (work: () => Promise<unknown>): void => {
    onError(undefined);
    setBusy(true);
    work()
      .then(onChanged, onError)
      .finally(() => setBusy(false));
  };
  const remove = async (): Promise<void> => {
    await studio.trainings.remove(id);
    if (isShown) onShow(undefined);
  };
  const goOn = async (): Promise<void> => {
    await studio.trainings.resume(id);
    onShow(id);
  };
  const when = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'short' });
  return (
    <tr class={isShown ? 'shown' : undefined}>
      <th scope="row">{request.name}</th>
      <td>{when.format(run.startedAt)}</td>
      <td>{text(stateNames[state])}</td>
      <td class="number">
        {epoch} / {epochs}
      </td>
      <td class="number">{accuracy === undefined ? '–' : percent(accuracy)}</td>
      <td>
        <span class="row tight">
          {(state === 'interrupted' || state === 'paused') && (
            <Button
              disabled={busy || adding}
              label={`${text(goOnName(run))}: ${request.name}`}
              onClick={() => act(goOn)}
            >
              {text(goOnName(run))}
            </Button>
          )}
          {!isShown && (
            <Button
              label={text({ en: `Show ${request.name}`, ja: `${request.name} を表示` })}
              onClick={() => onShow(id)}
            >
              {text({ en: 'Show', ja: '表示' })}
            </Button>
          )}
          {state !== 'running' && (
            <RemoveButton
              label={text({ en: `Remove ${request.name}`, ja: `${request.name} を削除` })}
              question={text({
                en: `Remove the training “${request.name}”?`,
                ja: `訓練「${request.name}」を削除する?`,
              })}
              onRemove={() => act(remove)}
            >
              <p>
                {text({
                  en: 'Its checkpoint and its model go with it. The images stay.',
                  ja: 'チェックポイントとモデルも消える。画像は残る。',
                })}
              </p>
            </RemoveButton>
          )}
        </span>
      </td>
    </tr>
  );
}
