import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useText } from '../../app/language.ts';
import { href } from '../../app/route.ts';
import type { RoomProps } from '../../app/rooms.ts';
import { useStudio } from '../../app/studio.ts';
import { StoreTrouble } from '../../parts/StoreTrouble.tsx';
import type { ModelInfo, Studio } from '../../worker/protocol.ts';
import { Answer } from './Answer.tsx';
import { Batch } from './Batch.tsx';
import { ImageSource } from './ImageSource.tsx';
import { ModelChoice } from './ModelChoice.tsx';
import type { TriedImage } from './source.ts';
import './try.css';

/** Shows a model images. `#/try/MODEL` is about that model; without one, the last that was trained. */
export function Room({ path }: RoomProps): JSX.Element {
  const text = useText();
  const studio = useStudio();
  const { models, error, look } = useModels(studio);
  const [tried, setTried] = useState<TriedImage>();
  const [files, setFiles] = useState<readonly File[]>();
  const model = models?.find(({ id }) => id === path[0]) ?? models?.at(-1);
  const choose = (id: string): void => void (location.hash = href('try', id));
  return (
    <>
      <h1>{text({ en: 'Try', ja: '試す' })}</h1>
      <p>
        {text({
          en: 'Show a model an image, and see what it takes it for and why.',
          ja: 'モデルに画像を見せ、何だと答えるか、その理由は何かを見る。',
        })}
      </p>
      {error !== undefined && <StoreTrouble error={error} onRetry={look} />}
      <ModelChoice models={models} model={model} onChoose={choose} onChanged={() => void look()} />
      {model !== undefined && (
        <div class="try">
          <ImageSource
            classes={model.classes}
            onImage={(image) => {
              setFiles(undefined);
              setTried(image);
            }}
            onFiles={setFiles}
          />
          <div class="stack">
            {files !== undefined && <Batch model={model} files={files} onClose={() => setFiles(undefined)} />}
            {files === undefined && tried !== undefined && (
              <Answer key={model.id} model={model} tried={tried} />
            )}
            {files === undefined && tried === undefined && (
              <p class="quiet">{text({ en: 'No image yet.', ja: 'まだ画像がない。' })}</p>
            )}
          </div>
        </div>
      )}
    </>
  );
}

interface Models {
  readonly models: readonly ModelInfo[] | undefined;
  readonly error: unknown;
  readonly look: () => Promise<void>;
}

function useModels(studio: Studio): Models {
  const [models, setModels] = useState<readonly ModelInfo[]>();
  const [error, setError] = useState<unknown>();
  const look = async (): Promise<void> => {
    try {
      setModels(await studio.models.list());
      setError(undefined);
    } catch (reason) {
      setError(reason);
    }
  };
  useEffect(() => void look(), [studio]);
  return { models, error, look };
}
