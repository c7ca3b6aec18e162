/** How results are printed, one by one as they come. */
import type { PeerSide, Result, RowResult, Side, StartResult } from './results.ts';
import type { Spread } from '../src/cli/statistics.ts';

/** What the figures hold for: names and values. */
export type Facts = Readonly<Record<string, string | number>>;

export type Print = (result: Result) => void;

/** One JSON object a line. */
export function printJson(facts: Facts, notes: readonly string[]): Print {
  console.log(JSON.stringify({ type: 'machine', ...facts, notes }));
  return (result) => console.log(JSON.stringify(result));
}

const columns = ['', 'alexnet', 'peer', 'ratio of medians', 'ratios of pairs', 'peak memory', 'n'];

/** Markdown, a line for each peer of a row. */
export function printTable(facts: Facts, notes: readonly string[]): Print {
  console.log(
    `${Object.entries(facts)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}\n`,
  );
  for (const note of notes) console.log(`${note}\n`);
  console.log(tableLine(columns));
  console.log(tableLine(columns.map(() => '---')));
  return (result) => tableLines(result).forEach((line) => console.log(line));
}

export function tableLines(result: Result): string[] {
  return (result.type === 'row' ? rowCells(result) : [startCells(result)]).map(tableLine);
}

export function tableLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function rowCells({ name, ours, peers, n }: RowResult): string[][] {
  const own = [`${name}, images/s`, sideText(ours)];
  if (peers.length === 0) return [[...own, '–', '–', '–', gigabytes(ours.peakBytes), String(n)]];
  return peers.map((peer) => [...own, ...peerCells(ours, peer), String(n)]);
}

function peerCells(ours: Side, peer: PeerSide): string[] {
  return [
    sideText(peer),
    peer.ratio.toFixed(2),
    `${peer.pairs.min.toFixed(2)}–${peer.pairs.max.toFixed(2)}`,
    `${gigabytes(ours.peakBytes)}; ${gigabytes(peer.peakBytes)} (${peer.memoryRatio.toFixed(2)})`,
  ];
}

function startCells({ name, n, seconds }: StartResult): string[] {
  return [`${name}, s`, spreadText(seconds, 2), '–', '–', '–', '–', String(n)];
}

function sideText({ name, imagesPerSecond }: Side): string {
  return `${spreadText(imagesPerSecond, 1)}, ${name}`;
}

function spreadText({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
