/** The picture that steps work on: one of those that the project draws itself, or the reader's own. */
import { createContext, type ComponentChildren, type JSX } from 'preact';
import { useContext, useMemo, useState } from 'preact/hooks';
import { interleavedImage, planarImage, type ImageView } from '../../../src/data/image.ts';
import { planarBuffer } from '../../../src/data/imageBuffer.ts';
import { generateShapes, shapesClasses } from '../../../src/data/shapes.ts';
import { imageTransform } from '../../../src/data/transformImage.ts';
import { centerCrop, resize, toTensor } from '../../../src/data/transforms.ts';
import { useText } from '../../app/language.ts';
import { DropZone } from '../../parts/DropZone.tsx';
import { Field } from '../../parts/Field.tsx';
import { Message } from '../../parts/Message.tsx';
import type { Pixels } from '../../parts/PixelCanvas.tsx';
import { readPhoto } from './readPhoto.ts';

export interface Picture {
  /** A class of the drawn shapes, or the file's name. */
  readonly name: string;
  readonly view: ImageView;
  readonly own: boolean;
  /** Which image of the drawn ones it is; 0 of the reader's own. */
  readonly index: number;
}

const drawn = generateShapes('train', { limit: shapesClasses.length });

function drawnPicture(label: number): Picture {
  const bytes = 3 * drawn.height * drawn.width;
  const view = planarImage(drawn.images, drawn, label * bytes);
  return { name: shapesClasses[label]!, view, own: false, index: label };
}

interface PictureState {
  readonly picture: Picture;
  readonly choose: (picture: Picture) => void;
}

const PictureContext = createContext<PictureState | undefined>(undefined);

export function PictureProvider({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const [picture, choose] = useState<Picture>(() => drawnPicture(0));
  const state = useMemo(() => ({ picture, choose }), [picture]);
  return <PictureContext.Provider value={state}>{children}</PictureContext.Provider>;
}

function usePictureState(): PictureState {
  return useContext(PictureContext)!;
}

export function usePicture(): Picture {
  return usePictureState().picture;
}

/** The picture as a square of this side, [3, side, side], 0 to 1: resized and cut out of its middle as for a network. */
export function squarePlanes({ view }: Picture, side: number): Float32Array {
  const target = planarBuffer(new Float32Array(3 * side * side), [1, 3, side, side]);
  imageTransform([resize(side), centerCrop(side), toTensor()])(view, target, 0);
  return target.data;
}

/** Planes of 0 to 1 as what canvases draw. */
export function pixelsOfPlanes(planes: ArrayLike<number>, height: number, width: number): Pixels {
  const plane = height * width;
  const data = new Uint8Array(3 * plane);
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) data[3 * i + c] = Math.round(255 * planes[c * plane + i]!);
  }
  return { data, height, width };
}

/** Chooses the picture. */
export function PicturePicker(): JSX.Element {
  const { picture, choose } = usePictureState();
  const [error, setError] = useState<unknown>();
  const text = useText();
  const take = async ([file]: File[]): Promise<void> => {
    try {
      const { data, height, width } = await readPhoto(file!);
      choose({ name: file!.name, view: interleavedImage(data, { height, width }), own: true, index: 0 });
      setError(undefined);
    } catch (problem) {
      setError(problem);
    }
  };
  return (
    <div class="stack">
      <Field label={text({ en: 'Picture', ja: '画像' })}>
        <select
          value={picture.own ? '' : picture.name}
          onChange={(event) => {
            const label = shapesClasses.indexOf(event.currentTarget.value);
            if (label >= 0) choose(drawnPicture(label));
          }}
        >
          {picture.own && <option value="">{picture.name}</option>}
          {shapesClasses.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      <DropZone
        label={text({ en: 'Use my own photo', ja: '自分の写真を使う' })}
        accept="image/*"
        onFiles={(files) => void take(files)}
      >
        <small>{text({ en: 'It stays in this browser.', ja: '写真はこのブラウザーの外に出ない。' })}</small>
      </DropZone>
      {error !== undefined && (
        <Message kind="error">
          {text({
            en: 'This browser cannot read that file as an image. Try a JPEG, PNG, WebP or GIF.',
            ja: 'このファイルは画像として読めなかった。JPEG、PNG、WebP、GIF を試してほしい。',
          })}
        </Message>
      )}
    </div>
  );
}
