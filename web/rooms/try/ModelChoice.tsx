import type { JSX } from 'preact';
import { count } from '../../../src/numberText.ts';
import { useText } from '../../app/language.ts';
import { href } from '../../app/route.ts';
import { useStudio } from '../../app/studio.ts';
import { Button } from '../../parts/Button.tsx';
import { FileButton } from '../../parts/FileButton.tsx';
import { Message } from '../../parts/Message.tsx';
import { useWork } from '../../parts/useWork.ts';
import type { ModelInfo } from '../../worker/protocol.ts';

export interface ModelChoiceProps {
  /** Undefined until they are known. */
  readonly models: readonly ModelInfo[] | undefined;
  readonly model: ModelInfo | undefined;
  readonly onChoose: (id: string) => void;
  readonly onChanged: () => void;
}

/** Which model answers: one that was trained here, or a file's. */
export function ModelChoice({ models, model, onChoose, onChanged }: ModelChoiceProps): JSX.Element {
  const text = useText();
  const studio = useStudio();
  const { busy, error, act } = useWork();
  const open = (file: File): Promise<void> =>
    act(async () => {
      const { id } = await studio.models.load(file);
      onChanged();
      onChoose(id);
    });
  const remove = (id: string): Promise<void> =>
    act(async () => {
      await studio.models.remove(id);
      onChanged();
    });
  return (
    <section class="panel stack tight" aria-label={text({ en: 'Model', ja: 'モデル' })}>
      <div class="row end">
        {models !== undefined && models.length > 0 && (
          <label class="field">
            <span class="field-label">{text({ en: 'Model', ja: 'モデル' })}</span>
            <select value={model?.id} onChange={(event) => onChoose(event.currentTarget.value)}>
              {models.map(({ id, name, run }) => (
                <option key={id} value={id}>
                  {name} {run === undefined && text({ en: '(file)', ja: '(ファイル)' })}
                </option>
              ))}
            </select>
          </label>
        )}
        <FileButton
          label={text({ en: 'Open a model file', ja: 'モデルのファイルを開く' })}
          accept=".safetensors,.pth,.pt,.onnx"
          disabled={busy}
          onFiles={([file]) => void open(file!)}
        />
        <small>safetensors, .pth, ONNX</small>
        {model !== undefined && model.run === undefined && (
          <Button disabled={busy} onClick={() => void remove(model.id)}>
            {text({ en: 'Close this model', ja: 'このモデルを閉じる' })}
          </Button>
        )}
      </div>
      {busy && <p role="status">{text({ en: 'Opening the model…', ja: 'モデルを開いている…' })}</p>}
      {error !== undefined && <Message kind="error" error={error} />}
      {model !== undefined && <ModelNote model={model} />}
      {models?.length === 0 && (
        <p>
          {text({
            en: 'There is no model yet: train one, or open a file.',
            ja: 'まだモデルがない。訓練するか、ファイルを開いてほしい。',
          })}{' '}
          <a href={href('train')}>{text({ en: 'Train', ja: '訓練する' })}</a>
        </p>
      )}
    </section>
  );
}

function ModelNote({ model }: { readonly model: ModelInfo }): JSX.Element {
  const text = useText();
  const { network, classes, side, parameters } = model;
  const shown = classes.slice(0, 12).join(', ');
  const more = classes.length > 12 ? ` … (${classes.length})` : '';
  return (
    <small>
      {text({
        en: `${network}, sees ${side} × ${side} pixels, ${count(parameters)} parameters. It knows: ${shown}${more}`,
        ja: `${network}、${side} × ${side} 画素を見る、パラメーター ${count(parameters)} 個。知っているクラス: ${shown}${more}`,
      })}
    </small>
  );
}
