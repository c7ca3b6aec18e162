/** Values from 0 to 1 as colours that are told apart with any kind of colour vision. */
import { cividis } from '../../../src/explain/colors.ts';

export interface Plane {
  /** Row by row. */
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
}

/** Sets a canvas to a heat map and its size. */
export function drawHeat(canvas: HTMLCanvasElement, { values, height, width }: Plane): void {
  canvas.height = height;
  canvas.width = width;
  const drawn = new ImageData(width, height);
  values.forEach((value, i) => {
    const [red, green, blue] = cividis(value);
    drawn.data[4 * i] = red;
    drawn.data[4 * i + 1] = green;
    drawn.data[4 * i + 2] = blue;
    drawn.data[4 * i + 3] = 255;
  });
  canvas.getContext('2d')!.putImageData(drawn, 0, 0);
}
