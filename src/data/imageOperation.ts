import type { ImageDraws } from '../random/imageDraws.ts';
import { colorJitterOperation } from './augmentation/colorJitter.ts';
import { drawCrop, drawResizedCrop, drawTranslation } from './augmentation/drawWindow.ts';
import type { Corner } from './augmentation/imageSteps.ts';
import { mirrored, viewOf, windowCutter, type Beyond, type Window } from './augmentation/window.ts';
import type { ImageSize, ImageView } from './image.ts';
import { resize, resizedSize, resizeScratch } from './resize.ts';
import { roundHalfEven } from './round.ts';
import type { ImageStep } from './transforms.ts';

/** Does one step to an image; the result may be a view on it, or live in the operation's memory until the next call. */
export type ImageOperation = (image: ImageView, draws: ImageDraws) => ImageView;

/** torchvision rounds the half to even, as Python's round does. */
function centerWindow({ height, width }: ImageSize, size: number): Window {
  const top = roundHalfEven((height - size) / 2);
  const left = roundHalfEven((width - size) / 2);
  return { top, left, height: size, width: size };
}

function cornerWindow({ height, width }: ImageSize, size: number, corner: Corner): Window {
  const top = corner.startsWith('top') ? 0 : height - size;
  const left = corner.endsWith('Left') ? 0 : width - size;
  return { top, left, height: size, width: size };
}

function cutting(beyond: Beyond, place: (image: ImageView, draws: ImageDraws) => Window): ImageOperation {
  const cut = windowCutter();
  return (image, draws) => cut(image, place(image, draws), beyond);
}

/** Makes the function that does a step (checked already). It keeps its scratch memory between calls. */
export function imageOperation(step: ImageStep): ImageOperation {
  switch (step.type) {
    case 'resize': {
      const scratch = resizeScratch();
      return (image) => resize(image, resizedSize(image, step.size), scratch);
    }
    case 'centerCrop':
      return (image) => viewOf(image, centerWindow(image, step.size));
    case 'cornerCrop':
      return (image) => viewOf(image, cornerWindow(image, step.size, step.corner));
    case 'pad':
      return padding(step, step.padding);
    case 'horizontalFlip':
      return mirrored;
    case 'randomHorizontalFlip':
      return (image, draws) => (draws.uniform() < step.probability ? mirrored(image) : image);
    case 'randomCrop':
      return cutting(step, (image, draws) => drawCrop(step, image, draws));
    case 'randomTranslate':
      return cutting({ paddingMode: 'constant', fill: step.fill }, (image, draws) =>
        drawTranslation(step, image, draws),
      );
    case 'randomResizedCrop': {
      const scratch = resizeScratch();
      const size = { height: step.size, width: step.size };
      return (image, draws) => resize(viewOf(image, drawResizedCrop(step, image, draws)), size, scratch);
    }
    case 'colorJitter':
      return colorJitterOperation(step);
  }
}

function padding(beyond: Beyond, margin: number): ImageOperation {
  return cutting(beyond, ({ height, width }) => ({
    top: -margin,
    left: -margin,
    height: height + 2 * margin,
    width: width + 2 * margin,
  }));
}
