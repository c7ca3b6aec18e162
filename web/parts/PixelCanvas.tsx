import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** Pixels row by row, red, green and blue of each: [height, width, 3], 0 to 255. */
export interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly data: ArrayLike<number>;
  /** Pixels that are left out, by their number. Default: none. */
  readonly isHidden?: (at: number) => boolean;
}

export interface PixelCanvasProps {
  readonly image: Pixels;
  /** What the picture shows, for those who do not see it. */
  readonly label: string;
  /** Its width on the page, as CSS has it. Default: the image's, at most the page's. */
  readonly width?: string;
  /** Whether pixels are shown as squares when enlarged; false for photographs. Default true. */
  readonly crisp?: boolean;
}

/** Draws an image as it is: small ones enlarged with their pixels to be seen. */
export function PixelCanvas({ image, label, width, crisp = true }: PixelCanvasProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => drawPixels(canvas.current!, image), [image]);
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label={label}
      class={crisp ? 'pixels' : 'photo'}
      style={width === undefined ? undefined : { width }}
    />
  );
}

/** Sets a canvas to an image and its size. */
export function drawPixels(canvas: HTMLCanvasElement, { height, width, data, isHidden }: Pixels): void {
  canvas.height = height;
  canvas.width = width;
  const drawn = new ImageData(width, height);
  for (let i = 0; i < height * width; i++) {
    const opacity = isHidden?.(i) ? 0 : 255;
    drawn.data.set([data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!, opacity], 4 * i);
  }
  canvas.getContext('2d')!.putImageData(drawn, 0, 0);
}
