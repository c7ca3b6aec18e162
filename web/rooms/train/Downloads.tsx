import type { JSX } from 'preact';
import type { Text } from '../../../src/language.ts';
import { useText } from '../../app/language.ts';
import { useStudio } from '../../app/studio.ts';
import { Button } from '../../parts/Button.tsx';
import { Message } from '../../parts/Message.tsx';
import { saveFile } from '../../parts/saveFile.ts';
import { useWork } from '../../parts/useWork.ts';
import type { ModelFormatName, ModelInfo } from '../../worker/protocol.ts';

const formats: readonly { readonly format: ModelFormatName; readonly name: string; readonly says: Text }[] = [
  {
    format: 'safetensors',
    name: 'safetensors',
    says: { en: 'for alexnet and Python', ja: 'alexnet と Python 用' },
  },
  { format: 'pth', name: '.pth', says: { en: 'for PyTorch', ja: 'PyTorch 用' } },
  { format: 'onnx', name: 'ONNX', says: { en: 'for everything else', ja: 'その他すべて用' } },
];

/** The model as files, for other programs. */
export function Downloads({ model }: { readonly model: ModelInfo }): JSX.Element {
  const text = useText();
  const { models } = useStudio();
  const { busy, error, act } = useWork();
  const download = (format: ModelFormatName): Promise<void> =>
    act(async () => saveFile(await models.download(model.id, format)));
  return (
    <section class="stack tight" aria-label={text({ en: 'Download the model', ja: 'モデルのダウンロード' })}>
      <h4>{text({ en: 'Take the model with you', ja: 'モデルを持ち出す' })}</h4>
      <div class="row">
        {formats.map(({ format, name, says }) => (
          <span key={format} class="row tight">
            <Button
              disabled={busy}
              label={text({ en: `Download as ${name}`, ja: `${name} としてダウンロード` })}
              onClick={() => void download(format)}
            >
              {name}
            </Button>
            <small>{text(says)}</small>
          </span>
        ))}
      </div>
      {error !== undefined && <Message kind="error" error={error} />}
    </section>
  );
}
