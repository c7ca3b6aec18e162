import type { Filters } from '../../src/explain/filters.ts';
import { filterPicture } from '../../src/explain/pictures.ts';
import { inferShapes } from '../../src/network/shapes.ts';
import type { Program } from '../../src/engine/engine.ts';
import type { Pixels } from './protocol.ts';

export interface FilterSheet {
  readonly sheet: Pixels;
  readonly columns: number;
  readonly rows: number;
}

/** The filters of a network's first convolution, in squares; undefined for a network without one. */
export function filterSheet({
  network,
  readParameter,
}: Pick<Program, 'network' | 'readParameter'>): FilterSheet | undefined {
  const first = inferShapes(network).find(({ spec }) => spec.type === 'conv');
  const weight = first?.parameters[0];
  if (first === undefined || weight === undefined) return undefined;
  const shape = weight.shape as Filters['shape'];
  const filters: Filters = { layer: first.spec.name, shape, values: readParameter(weight.name) };
  const columns = Math.ceil(Math.sqrt(shape[0]));
  const { data, height, width } = filterPicture(filters, { columns, scale: 3 });
  return { sheet: { data, height, width }, columns, rows: Math.ceil(shape[0] / columns) };
}
