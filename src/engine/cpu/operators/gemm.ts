/**
 * Runs the gemm kernels over a whole layer: tiles of rows, panels of 16 columns, and parts of k. What the rows are
 * is said by a table (../kernels/gemm.ts).
 */
import { gemmKernel, tableEntryBytes, type GemmShape } from '../kernels/gemm.ts';
import { panelColumns } from '../kernels/tile.ts';
import type { Builder } from '../plan/builder.ts';
import type { Context } from '../threads/context.ts';
import { share } from '../threads/control.ts';

export interface GemmOperation {
  readonly kind: 'gemm';
  /** Rows for each image, or in all. */
  readonly rows: { readonly each: number } | { readonly all: number };
  /** Rows of a whole tile. */
  readonly tileRows: number;
  /** Panels of columns: in all, or one for each 16 images. */
  readonly panels: number | 'images';
  readonly table: number;
  readonly a: number;
  /** Bytes from an input slot to the next, where A is the network's input. */
  readonly aSlotBytes: number;
  readonly b: number;
  readonly bPanelBytes: number;
  /** What C starts from, and the bytes from a panel's to the next (0 where all start from zeros). */
  readonly bias: number;
  readonly biasPanelBytes: number;
  readonly c: number;
  readonly cPanelBytes: number;
  /** k in parts: every part but perhaps the last has `partBlocks` of `blocks` blocks. */
  readonly blocks: number;
  readonly partBlocks: number;
  readonly aBlockBytes: number;
  readonly bBlockBytes: number;
  /** Rows of a tile to kernel name; for the first part, those between, and the last. */
  readonly kernels: Readonly<Record<GemmPart, Readonly<Record<number, string>>>>;
  /** Threads share columns (B is then read once) or rows (A is). */
  readonly shared: 'columns' | 'rows';
}

/** `only` is the first and the last part in one. */
export type GemmPart = 'only' | 'first' | 'middle' | 'last';

export interface GemmLayout extends Omit<GemmOperation, 'kind' | 'kernels' | 'tileRows'> {
  readonly shape: Omit<GemmShape, 'rows' | 'start' | 'rectify'>;
  readonly rectify: boolean;
}

const stripTiles = 24;

/** Plans a gemm: registers the kernels that its parts and remainders may need. */
export function planGemm(builder: Pick<Builder, 'kernel' | 'tileRows'>, layout: GemmLayout): GemmOperation {
  const { shape, rectify, ...operation } = layout;
  const { tileRows } = builder;
  const parts = Math.ceil(layout.blocks / layout.partBlocks);
  const smallest = 'each' in layout.rows ? layout.rows.each : layout.rows.all;
  // With one part, C is only written: the last tile may overlap the one before, and only small layers need others.
  const sizes =
    parts === 1 && smallest >= tileRows ? [tileRows] : Array.from({ length: tileRows }, (_, i) => i + 1);
  const kernelsFor = (start: GemmShape['start'], last: boolean): Record<number, string> =>
    Object.fromEntries(
      sizes.map((rows) => [
        rows,
        builder.kernel(gemmKernel({ ...shape, rows, start, rectify: rectify && last })),
      ]),
    );
  const kernels: GemmOperation['kernels'] = {
    only: parts === 1 ? kernelsFor('bias', true) : {},
    first: parts > 1 ? kernelsFor('bias', false) : {},
    middle: parts > 2 ? kernelsFor('output', false) : {},
    last: parts > 1 ? kernelsFor('output', true) : {},
  };
  return { kind: 'gemm', ...operation, tileRows, kernels };
}

interface Tiling {
  /** Whole tiles, from row 0. */
  readonly full: number;
  /** What is left, as further tiles. */
  readonly tails: readonly { readonly row: number; readonly rows: number }[];
}

/** Covers the rows with whole tiles and, at the end, one or two others of about equal size. */
export function coverRows(rows: number, tileRows: number, overlap: boolean): Tiling {
  const full = Math.floor(rows / tileRows);
  const rest = rows - full * tileRows;
  if (rest === 0) return { full, tails: [] };
  if (overlap && full > 0) return { full, tails: [{ row: rows - tileRows, rows: tileRows }] };
  if (rest > tileRows / 2 || full === 0) return { full, tails: [{ row: full * tileRows, rows: rest }] };
  const both = rest + tileRows;
  const first = Math.ceil(both / 2);
  const row = (full - 1) * tileRows;
  return {
    full: full - 1,
    tails: [
      { row, rows: first },
      { row: row + first, rows: both - first },
    ],
  };
}

export function runGemm(operation: GemmOperation, context: Context): void {
  const { count } = context.command;
  const rows = 'each' in operation.rows ? operation.rows.each * count : operation.rows.all;
  const panels = operation.panels === 'images' ? Math.ceil(count / panelColumns) : operation.panels;
  const parts = Math.ceil(operation.blocks / operation.partBlocks);
  const tiling = coverRows(rows, operation.tileRows, parts === 1);
  const tiles = tiling.full + tiling.tails.length;
  for (let part = 0; part < parts; part++) {
    const run = partRunner(operation, context, part, parts, tiling);
    if (operation.shared === 'columns') runColumns(run, panels, tiles, context);
    else runRows(run, panels, tiles, context);
  }
}

/** Runs tiles [begin, end) of a panel. */
type RunTiles = (panel: number, begin: number, end: number) => void;

function runColumns(run: RunTiles, panels: number, tiles: number, context: Context): void {
  const [begin, end] = share(panels * tiles, context.thread, context.threads);
  for (let unit = begin; unit < end;) {
    const panel = Math.floor(unit / tiles);
    const stop = Math.min(end, (panel + 1) * tiles);
    run(panel, unit - panel * tiles, stop - panel * tiles);
    unit = stop;
  }
}

function runRows(run: RunTiles, panels: number, tiles: number, context: Context): void {
  const [begin, end] = share(tiles, context.thread, context.threads);
  for (let strip = begin; strip < end; strip += stripTiles) {
    for (let panel = 0; panel < panels; panel++) run(panel, strip, Math.min(end, strip + stripTiles));
  }
}

function partName(part: number, parts: number): GemmPart {
  if (parts === 1) return 'only';
  if (part === 0) return 'first';
  return part === parts - 1 ? 'last' : 'middle';
}

function partRunner(
  operation: GemmOperation,
  context: Context,
  part: number,
  parts: number,
  tiling: Tiling,
): RunTiles {
  const { table, tileRows, partBlocks, bPanelBytes, cPanelBytes } = operation;
  const names = operation.kernels[partName(part, parts)];
  const block = part * partBlocks;
  const blocks = Math.min(partBlocks, operation.blocks - block);
  const a = operation.a + context.command.slot * operation.aSlotBytes + block * operation.aBlockBytes;
  const b = operation.b + block * operation.bBlockBytes;
  const call = (panel: number, row: number, rows: number, tiles: number): void => {
    const bias = operation.bias + panel * operation.biasPanelBytes;
    const c = operation.c + panel * cPanelBytes;
    context.kernels[names[rows]](
      table + row * tableEntryBytes,
      tiles,
      b + panel * bPanelBytes,
      bias,
      a,
      c,
      blocks,
    );
  };
  return (panel, begin, end) => {
    const fullEnd = Math.min(end, tiling.full);
    if (begin < fullEnd) call(panel, begin * tileRows, tileRows, fullEnd - begin);
    for (let tile = Math.max(begin, tiling.full); tile < end; tile++) {
      const tail = tiling.tails[tile - tiling.full];
      call(panel, tail.row, tail.rows, 1);
    }
  };
}
