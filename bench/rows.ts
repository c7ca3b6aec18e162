/** The rows of the speed table. */
import type { Settings } from './alexnet.ts';
import type { PeerName } from './peers/peers.ts';
import type { Job } from './processes.ts';

export interface Row extends Omit<Job, 'threads' | 'isa'> {
  /** What tells it from another row of the same network, mode and batch. */
  readonly variant?: string;
  /** Of all programs. Default: the command's. */
  readonly threads?: number;
  /** Of ours. */
  readonly settings?: Settings;
  readonly peers: readonly PeerName[];
  /** This package with other settings, as one more peer. */
  readonly itself?: Settings & { readonly label: string };
  /** Takes minutes: only with --full. */
  readonly slow?: boolean;
}

/** Rounds are chosen so that each process times some seconds of steps. */
export const rows: readonly Row[] = [
  {
    network: 'alexnet',
    mode: 'train',
    batch: 32,
    rounds: 6,
    peers: ['pytorch'],
    itself: { label: 'one thread', threads: 1 },
  },
  { network: 'alexnet', mode: 'train', batch: 128, rounds: 4, peers: ['pytorch'], slow: true },
  { network: 'alexnet', mode: 'infer', batch: 32, rounds: 12, peers: ['onnxruntime', 'pytorch'] },
  { network: 'alexnet', mode: 'infer', batch: 1, rounds: 200, peers: ['onnxruntime', 'pytorch'] },
  {
    network: 'alexnet',
    mode: 'infer',
    batch: 32,
    rounds: 4,
    variant: 'WebAssembly, one thread',
    threads: 1,
    settings: { engine: 'wasm' },
    peers: ['tensorflow'],
  },
  {
    network: 'alexnet',
    mode: 'infer',
    batch: 32,
    rounds: 6,
    variant: 'WebAssembly as in a browser, one thread',
    threads: 1,
    settings: { target: 'wasm-128' },
    peers: [],
    itself: { label: 'vectors widened', target: 'wasm-256' },
  },
  { network: 'alexnet-32', mode: 'train', batch: 32, rounds: 100, peers: [] },
  { network: 'alexnet-32', mode: 'infer', batch: 32, rounds: 200, peers: [] },
];

export function rowName({ network, mode, batch, variant }: Row): string {
  return [network, mode, `batch ${batch}`, ...(variant === undefined ? [] : [variant])].join(', ');
}

/** Networks whose start is timed. */
export const startRows = ['alexnet-32', 'alexnet'] as const;

export function startName(network: string): string {
  return `${network}, start to the end of the first step`;
}

export interface Selection {
  /** Text that a name has in it. */
  readonly only?: string;
  /** The slow rows too. */
  readonly full?: boolean;
}

export function selectRows({ only = '', full = false }: Selection): Row[] {
  return rows.filter((row) => (full || !row.slow) && rowName(row).includes(only));
}

export function selectStarts({ only = '' }: Selection): string[] {
  return startRows.filter((network) => startName(network).includes(only));
}
