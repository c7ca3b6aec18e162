import { alexnet } from './alexnet.ts';
import type { Contender } from './contender.ts';
import { peers, type PeerName } from './peers/peers.ts';
import type { Job, Measurement } from './processes.ts';
import { peerSideOf, sideOf, type RowResult } from './results.ts';
import { rowName, type Row } from './rows.ts';

export interface RowOptions {
  readonly threads: number;
  /** Processes for each program. */
  readonly pairs: number;
  /** Default: the row's. */
  readonly rounds?: number;
  readonly isa?: Job['isa'];
  /** Those that may be measured. */
  readonly peers: readonly PeerName[];
}

interface Entry {
  readonly contender: Contender;
  readonly label?: string;
  readonly taken: Measurement[];
}

/** Measures a row's programs in turn, and so often. */
export async function measureRow(row: Row, options: RowOptions): Promise<RowResult> {
  const { network, mode, batch } = row;
  const { threads = options.threads, rounds } = { ...row, ...(options.rounds && { rounds: options.rounds }) };
  const job: Job = { network, mode, batch, threads, rounds, ...(options.isa && { isa: options.isa }) };
  const ours: Entry = { contender: alexnet(row.settings), taken: [] };
  const others = othersOf(row, options.peers);
  const entries = [ours, ...others];
  for (let pair = 0; pair < options.pairs; pair++) {
    console.error(`${rowName(row)}: ${pair + 1} of ${options.pairs}`);
    // Who goes first changes, so that a machine that grows hot or is throttled does not favour one.
    for (const { contender, taken } of pair % 2 === 0 ? entries : entries.toReversed())
      taken.push(await contender.measure(job));
  }
  return {
    type: 'row',
    name: rowName(row),
    ...job,
    n: options.pairs,
    ours: sideOf(ours.taken),
    peers: others.map(({ taken, label }) => peerSideOf(ours.taken, taken, label)),
  };
}

function othersOf({ peers: wanted, itself }: Row, measured: readonly PeerName[]): Entry[] {
  const named = wanted.filter((name) => measured.includes(name));
  const others: Entry[] = named.map((name) => ({ contender: peers[name], taken: [] }));
  if (itself) others.push({ contender: alexnet(itself), label: itself.label, taken: [] });
  return others;
}
