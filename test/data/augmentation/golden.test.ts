/** For given parameters, the bytes that torchvision makes of a Pillow image: see golden/augmentation.py. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
} from '../../../src/data/augmentation/colorJitter.ts';
import { paddingModes, type PaddingMode } from '../../../src/data/augmentation/imageSteps.ts';
import { mirrored, viewOf, windowCutter } from '../../../src/data/augmentation/window.ts';
import { channels, planarImage, type ImageSize, type ImageView } from '../../../src/data/image.ts';
import { resize } from '../../../src/data/resize.ts';

interface Golden {
  readonly image: ImageSize & { readonly pixels: string };
  readonly cases: readonly Case[];
}

interface Case extends ImageSize {
  readonly operation: string;
  readonly pixels: string;
  readonly factor: number;
  readonly top: number;
  readonly left: number;
  readonly paddingMode: PaddingMode;
  readonly fill: number;
  readonly window: readonly [number, number, number, number];
  readonly across: number;
  readonly down: number;
}

const golden = JSON.parse(
  readFileSync(new URL('../../golden/augmentation.json', import.meta.url), 'utf8'),
) as Golden;
const bytes = Uint8Array.from(Buffer.from(golden.image.pixels, 'base64'));
const image = planarImage(bytes, golden.image);

const adjustments: Readonly<Record<string, typeof adjustHue>> = {
  brightness: adjustBrightness,
  contrast: adjustContrast,
  saturation: adjustSaturation,
  hue: adjustHue,
};

function ours({ operation, ...given }: Case): ImageView {
  const adjust = adjustments[operation];
  if (adjust !== undefined) {
    const planes = bytes.slice();
    adjust(planes, image.height * image.width, given.factor);
    return planarImage(planes, image);
  }
  switch (operation) {
    case 'crop':
      return windowCutter()(image, given, given);
    case 'translate': {
      const window = { top: -given.down, left: -given.across, height: image.height, width: image.width };
      return windowCutter()(image, window, { paddingMode: 'constant', fill: 9 });
    }
    case 'resizedCrop': {
      const [top, left, height, width] = given.window;
      return resize(viewOf(image, { top, left, height, width }), { height: 8, width: 8 });
    }
    case 'flip':
      return mirrored(image);
    default:
      throw new RangeError(`no operation ${operation}`);
  }
}

function planesOf({ data, offset, height, width, strides }: ImageView): number[] {
  const out: number[] = [];
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        out.push(data[offset + c * strides.channel + y * strides.row + x * strides.column]!);
      }
    }
  }
  return out;
}

const operations = Map.groupBy(golden.cases, ({ operation }) => operation);

for (const [operation, cases] of operations) {
  test(`${operation} gives torchvision's bytes`, () => {
    for (const one of cases) {
      const { pixels, ...parameters } = one;
      const expected = [...Buffer.from(pixels, 'base64')];
      assert.deepEqual(planesOf(ours(one)), expected, JSON.stringify(parameters));
    }
  });
}

test('the golden file has every operation and every padding mode', () => {
  assert.deepEqual([...operations.keys()].toSorted(), [
    'brightness',
    'contrast',
    'crop',
    'flip',
    'hue',
    'resizedCrop',
    'saturation',
    'translate',
  ]);
  const modes = operations.get('crop')!.map(({ paddingMode }) => paddingMode);
  assert.deepEqual([...new Set(modes)].toSorted(), [...paddingModes].toSorted());
});
