import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useText } from '../../app/language.ts';
import { useStudio } from '../../app/studio.ts';
import { Button } from '../../parts/Button.tsx';
import { CameraView } from '../../parts/CameraView.tsx';
import { Choice } from '../../parts/Choice.tsx';
import { DropZone } from '../../parts/DropZone.tsx';
import { Message } from '../../parts/Message.tsx';
import { PixelCanvas } from '../../parts/PixelCanvas.tsx';
import { useCamera } from '../../parts/useCamera.ts';
import type { CollectionInfo, Collections, Pixels } from '../../worker/protocol.ts';
import { DrawingPad } from './DrawingPad.tsx';
import { bitmapToBlob, type TriedImage } from './source.ts';

export interface ImageSourceProps {
  readonly onImage: (image: TriedImage) => void;
  /** Of the model: samples are of the collection that has most of them. */
  readonly classes: readonly string[];
  /** More than one file at once. */
  readonly onFiles: (files: readonly File[]) => void;
}

const ways = ['samples', 'draw', 'camera'] as const;
type Way = (typeof ways)[number];

/** The ways in which an image comes: file, drop, paste, drawing, camera, samples. */
export function ImageSource({ classes, onImage, onFiles }: ImageSourceProps): JSX.Element {
  const text = useText();
  const [way, setWay] = useState<Way>('samples');
  const names = {
    draw: text({ en: 'Draw', ja: '描く' }),
    camera: text({ en: 'Camera', ja: 'カメラ' }),
    samples: text({ en: 'Samples', ja: '見本' }),
  };
  const takeFiles = (files: readonly File[]): void => {
    if (files.length === 1) onImage({ image: files[0]!, name: files[0]!.name });
    else onFiles(files);
  };
  const takeBitmap = async (bitmap: ImageBitmap, name: string): Promise<void> =>
    onImage({ image: await bitmapToBlob(bitmap), name });
  return (
    <div class="stack">
      <DropZone
        label={text({ en: 'Choose an image', ja: '画像を選ぶ' })}
        accept="image/*"
        multiple
        onFiles={takeFiles}
      >
        <p class="quiet">
          {text({
            en: 'Several files, or a folder, become a table to download.',
            ja: '複数のファイルやフォルダーは、ダウンロードできる表になる。',
          })}
        </p>
      </DropZone>
      <Choice
        label={text({ en: 'Without a file', ja: 'ファイルがなければ' })}
        value={way}
        options={ways.map((value) => ({ value, label: names[value] }))}
        onChange={setWay}
      />
      {way === 'draw' && <DrawingPad onImage={(bitmap) => void takeBitmap(bitmap, names.draw)} />}
      {way === 'camera' && <Photo onPhoto={(bitmap) => void takeBitmap(bitmap, names.camera)} />}
      {way === 'samples' && <Samples classes={classes} onImage={onImage} />}
    </div>
  );
}

function Photo({ onPhoto }: { readonly onPhoto: (photo: ImageBitmap) => void }): JSX.Element {
  const text = useText();
  const camera = useCamera();
  const take = async (): Promise<void> => {
    const photo = await camera.take();
    if (photo !== undefined) onPhoto(photo);
  };
  return (
    <CameraView camera={camera}>
      <Button primary disabled={camera.state !== 'running'} onClick={() => void take()}>
        {text({ en: 'Take a photo', ja: '撮る' })}
      </Button>
    </CameraView>
  );
}

interface Sample {
  readonly class: string;
  readonly image: Pixels;
}

/** Of a collection, one image of each class, up to so many. */
const mostSamples = 12;

async function samplesOf(collections: Collections, { id, classes }: CollectionInfo): Promise<Sample[]> {
  const filled = classes.filter(({ images }) => images > 0).slice(0, mostSamples);
  const found = await Promise.all(
    filled.map(async ({ name }) => {
      const [image] = await collections.images(id, { class: name, from: 0, count: 1 });
      return image === undefined ? [] : [{ class: name, image }];
    }),
  );
  return found.flat();
}

function Samples({ classes, onImage }: Pick<ImageSourceProps, 'classes' | 'onImage'>): JSX.Element {
  const text = useText();
  const { collections } = useStudio();
  const [all, setAll] = useState<readonly CollectionInfo[]>([]);
  const [id, setId] = useState<string>();
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    // A class may be left without images.
    const filled = ({ classes }: CollectionInfo): boolean => classes.some(({ images }) => images > 0);
    collections.list().then((list) => setAll(list.filter(filled)), setError);
  }, [collections]);
  const known = (one: CollectionInfo): number =>
    one.classes.filter(({ name }) => classes.includes(name)).length;
  const collection = all.find((one) => one.id === id) ?? all.toSorted((a, b) => known(b) - known(a))[0];
  useEffect(() => {
    if (collection === undefined) return;
    let left = false;
    samplesOf(collections, collection).then(
      (found) => left || setSamples(found),
      (reason: unknown) => left || setError(reason),
    );
    return () => void (left = true);
  }, [collections, collection]);
  if (error !== undefined) {
    return (
      <Message kind="note" error={error}>
        {text({
          en: 'There are no samples here: take a file, or draw.',
          ja: 'ここに見本はない。ファイルを選ぶか、描いてほしい。',
        })}
      </Message>
    );
  }
  return (
    <div class="stack tight">
      {all.length > 1 && (
        <label class="field">
          <span class="field-label">{text({ en: 'From', ja: '画像集' })}</span>
          <select value={collection?.id} onChange={(event) => setId(event.currentTarget.value)}>
            {all.map((one) => (
              <option key={one.id} value={one.id}>
                {one.builtIn ? text({ en: 'Drawn shapes', ja: '図形' }) : one.name}
              </option>
            ))}
          </select>
        </label>
      )}
      <div class="samples">
        {samples.map((sample) => (
          <button
            type="button"
            key={sample.class}
            aria-label={sample.class}
            onClick={() => onImage({ image: sample.image, name: sample.class })}
          >
            <PixelCanvas image={sample.image} width="100%" label={sample.class} />
          </button>
        ))}
      </div>
    </div>
  );
}
