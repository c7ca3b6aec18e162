/** One of Winograd's matrices as the transform kernel needs it: named, its constants in memory, and scratch. */
import { matrixConstants, type Matrix } from '../../kernels/linearMap.ts';
import type { TransformShape } from '../../kernels/transform.ts';
import type { Builder } from '../../plan/builder.ts';
import { mostPoints, transposed, winogradMatrices, type WinogradMatrices } from './matrices.ts';
import { panelColumns } from '../../kernels/tile.ts';
import type { Tiling } from './tiling.ts';

/**
 * The matrices, and for the gradient of weights the transposes of two: output gradients go to the points by the
 * transposed output matrix, and the points' products back to weights by the transposed weight matrix.
 */
export type MapName = keyof WinogradMatrices | 'gradients' | 'weightGradients';

/** Addresses for the calls. */
export interface PlannedMap {
  readonly constants: number;
  /** Scratch of the first thread, and bytes from a thread's to the next. */
  readonly scratch: number;
  readonly scratchBytes: number;
}

/** A tile between its two transforms. */
const scratchBytes = mostPoints ** 2 * panelColumns * 4;

export interface WinogradMap {
  readonly shape: Pick<TransformShape, 'name' | 'matrix'>;
  readonly planned: PlannedMap;
}

export function planMap(builder: Builder, { m, r }: Pick<Tiling, 'm' | 'r'>, name: MapName): WinogradMap {
  const mapName = `${name}-${m}-${r}`;
  const { matrix, constants } = namedMap(mapName, () => matrixOf(winogradMatrices(m, r), name));
  return {
    shape: { name: mapName, matrix },
    planned: {
      constants: builder.constant(constants.length, () => new Int32Array(constants.buffer)),
      scratch: builder.threadScratch(scratchBytes),
      scratchBytes,
    },
  };
}

interface NamedMap {
  readonly matrix: Matrix;
  readonly constants: Float32Array;
}

/** Those that have been made: every group of images of every layer asks for some. */
const namedMaps = new Map<string, NamedMap>();

function namedMap(name: string, make: () => Matrix): NamedMap {
  let found = namedMaps.get(name);
  if (!found) {
    const matrix = make();
    found = { matrix, constants: Float32Array.from(matrixConstants(matrix)) };
    namedMaps.set(name, found);
  }
  return found;
}

function matrixOf(matrices: WinogradMatrices, name: MapName): Matrix {
  switch (name) {
    case 'gradients':
      return transposed(matrices.outputs);
    case 'weightGradients':
      return transposed(matrices.weights);
    default:
      return matrices[name];
  }
}
