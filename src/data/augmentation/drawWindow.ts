/** Where random crops cut and random erasing erases, drawn as torchvision's get_params does. */
import type { ImageDraws } from '../../random/imageDraws.ts';
import type { ImageSize } from '../image.ts';
import { roundHalfEven } from '../round.ts';
import type { RandomCropStep, RandomResizedCropStep, RandomTranslateStep } from './imageSteps.ts';
import type { CutoutStep, RandomErasingStep } from './tensorSteps.ts';
import type { Window } from './window.ts';

/** How often a share and a shape are drawn until they fit. */
const tries = 10;

/** Every place in the padded image is as likely. */
export function drawCrop(
  { size, padding }: RandomCropStep,
  { height, width }: ImageSize,
  draws: ImageDraws,
): Window {
  const top = draws.below(height + 2 * padding - size + 1) - padding;
  const left = draws.below(width + 2 * padding - size + 1) - padding;
  return { top, left, height: size, width: size };
}

/** The image's own size, moved by whole pixels. */
export function drawTranslation(
  { translate }: RandomTranslateStep,
  { height, width }: ImageSize,
  draws: ImageDraws,
): Window {
  const across = translate[0] * width;
  const down = translate[1] * height;
  const left = -roundHalfEven(draws.between(-across, across));
  const top = -roundHalfEven(draws.between(-down, down));
  return { top, left, height, width };
}

/** Height and width of a rectangle with a share of the area and a ratio, as a draw gives them. */
function drawSides(
  { scale, ratio }: Pick<RandomResizedCropStep, 'scale' | 'ratio'>,
  size: ImageSize,
  draws: ImageDraws,
): readonly [number, number] {
  const area = size.height * size.width * draws.between(scale[0], scale[1]);
  const shape = Math.exp(draws.between(Math.log(ratio[0]), Math.log(ratio[1])));
  return [roundHalfEven(Math.sqrt(area * shape)), roundHalfEven(Math.sqrt(area / shape))];
}

/** A rectangle inside the image; the middle, when ten draws in a row do not fit. */
export function drawResizedCrop(step: RandomResizedCropStep, size: ImageSize, draws: ImageDraws): Window {
  for (let i = 0; i < tries; i++) {
    const [width, height] = drawSides(step, size, draws);
    if (width < 1 || height < 1 || width > size.width || height > size.height) continue;
    const top = draws.below(size.height - height + 1);
    const left = draws.below(size.width - width + 1);
    return { top, left, height, width };
  }
  return middle(step, size);
}

function middle({ ratio }: RandomResizedCropStep, size: ImageSize): Window {
  const own = size.width / size.height;
  const height = own < ratio[0] ? roundHalfEven(size.width / ratio[0]) : size.height;
  const width = own > ratio[1] ? roundHalfEven(size.height * ratio[1]) : size.width;
  const top = Math.floor((size.height - height) / 2);
  const left = Math.floor((size.width - width) / 2);
  return { top, left, height, width };
}

/** A rectangle smaller than the image; none when the probability or ten draws in a row say so. */
export function drawErasing(step: RandomErasingStep, size: ImageSize, draws: ImageDraws): Window | undefined {
  if (draws.uniform() >= step.probability) return undefined;
  for (let i = 0; i < tries; i++) {
    const [height, width] = drawSides(step, size, draws);
    if (height >= size.height || width >= size.width) continue;
    const top = draws.below(size.height - height + 1);
    const left = draws.below(size.width - width + 1);
    return { top, left, height, width };
  }
  return undefined;
}

/** The part inside the image of a square around a pixel that is drawn; none when the probability says so. */
export function drawCutout(
  { size: side, probability }: CutoutStep,
  size: ImageSize,
  draws: ImageDraws,
): Window | undefined {
  if (draws.uniform() >= probability) return undefined;
  const first = draws.below(size.height) - Math.floor(side / 2);
  const before = draws.below(size.width) - Math.floor(side / 2);
  const top = Math.max(0, first);
  const left = Math.max(0, before);
  const height = Math.min(size.height, first + side) - top;
  const width = Math.min(size.width, before + side) - left;
  return { top, left, height, width };
}
