import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import {
  colorJitter,
  randomHorizontalFlip,
  randomResizedCrop,
  randomTranslate,
} from '../../../../src/data/augmentation/imageSteps.ts';
import { planarBuffer } from '../../../../src/data/imageBuffer.ts';
import { imageTransform } from '../../../../src/data/transformImage.ts';
import { centerCrop, resize, toTensor, type ImageStep } from '../../../../src/data/transforms.ts';
import type { Text } from '../../../../src/language.ts';
import { useText } from '../../../app/language.ts';
import { Button } from '../../../parts/Button.tsx';
import { PixelCanvas, type Pixels } from '../../../parts/PixelCanvas.tsx';
import type { Lesson } from '../lesson.ts';
import { PicturePicker, pixelsOfPlanes, usePicture, type Picture } from '../picture.tsx';

const names = ['flip', 'move', 'crop', 'color'] as const;
type Name = (typeof names)[number];
const labels: Readonly<Record<Name, Text>> = {
  flip: { en: 'Flip', ja: '左右反転' },
  move: { en: 'Move', ja: '平行移動' },
  crop: { en: 'Crop', ja: '切り抜き' },
  color: { en: 'Colour', ja: '色' },
};

const variants = 8;

function steps(chosen: ReadonlySet<Name>, side: number): ImageStep[] {
  const sized = chosen.has('crop')
    ? [randomResizedCrop(side, { scale: [0.4, 1] })]
    : [resize(side), centerCrop(side)];
  return [
    ...sized,
    ...(chosen.has('move') ? [randomTranslate([0.2, 0.2])] : []),
    ...(chosen.has('flip') ? [randomHorizontalFlip()] : []),
    ...(chosen.has('color')
      ? [colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 })]
      : []),
  ];
}

/** What a training would see of the picture in these epochs. */
function augmented(
  { view, index }: Picture,
  chosen: ReadonlySet<Name>,
  epoch: number,
  side: number,
): Pixels[] {
  const transform = imageTransform([...steps(chosen, side), toTensor()]);
  const target = planarBuffer(new Float32Array(3 * side * side), [1, 3, side, side]);
  return Array.from({ length: variants }, (_, i) => {
    transform(view, target, 0, { epoch: epoch + i, index });
    return pixelsOfPlanes(target.data, side, side);
  });
}

function View(): JSX.Element {
  const text = useText();
  const picture = usePicture();
  const [chosen, setChosen] = useState<ReadonlySet<Name>>(new Set(names));
  const [epoch, setEpoch] = useState(0);
  const side = picture.own ? 128 : 32;
  const images = useMemo(() => augmented(picture, chosen, epoch, side), [picture, chosen, epoch, side]);
  const toggle = (name: Name): void => {
    const next = new Set(chosen);
    if (!next.delete(name)) next.add(name);
    setChosen(next);
  };
  return (
    <div class="columns">
      <div class="stack">
        <PicturePicker />
        <div class="row" role="group" aria-label={text({ en: 'Augmentation', ja: 'データ拡張' })}>
          {names.map((name) => (
            <Button key={name} pressed={chosen.has(name)} onClick={() => toggle(name)}>
              {text(labels[name])}
            </Button>
          ))}
        </div>
        <Button primary onClick={() => setEpoch(epoch + variants)}>
          {text({ en: 'Next epochs', ja: '次のエポック' })}
        </Button>
      </div>
      <ul class="pictures">
        {images.map((image, i) => (
          <li key={i}>
            <PixelCanvas
              image={image}
              crisp={!picture.own}
              label={text({
                en: `The picture as epoch ${epoch + i + 1} would see it`,
                ja: `エポック ${epoch + i + 1} で見える画像`,
              })}
            />
            <small>{text({ en: `epoch ${epoch + i + 1}`, ja: `エポック ${epoch + i + 1}` })}</small>
          </li>
        ))}
      </ul>
    </div>
  );
}

export const augmentationLesson: Lesson = {
  slug: 'augmentation',
  title: { en: 'Data augmentation', ja: 'データ拡張' },
  story: [
    {
      en: 'A cat that is mirrored, moved or in other light is still a cat. Augmentation shows the network another version of each image in every epoch: so much more data for free, and less to learn by heart.',
      ja: '反転しても、動かしても、光が変わっても、猫は猫だ。データ拡張では、エポックごとに画像の違う姿を見せる。データがただで増え、丸暗記しにくくなる。',
    },
    {
      en: 'Take a photo of your own and switch the changes on and off. These are the very images that a training with seed 0 would see; of your own photo, if it were the first of the data.',
      ja: '自分の写真で、変化を 1 つずつ切り替えてみよう。シード 0 の訓練が実際に見る画像そのものだ (自分の写真は、それがデータの 1 枚目だった場合)。',
    },
  ],
  source: {
    en: 'the article; Krizhevsky, Sutskever and Hinton 2012, section 4.1. The code is that of trainings, to the byte as torchvision on Pillow images.',
    ja: '記事。Krizhevsky, Sutskever, Hinton 2012 の 4.1 節。訓練と同じコードで、Pillow 画像に対する torchvision とバイト単位で一致する。',
  },
  View,
};
