/**
 * Orders by files: whoever may write into a run's folder can give orders to its training, and no port is open. An order is
 * a file of its own in RUN/orders, JSON, which the training takes away when it has read it.
 */
import { randomUUID } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeTextAtomically } from '../formats/atomicFile.ts';
import { fileErrorReason, writingFile } from '../formats/fileErrors.ts';
import { alexnetError } from '../errors.ts';
import { parseOrder, type OrderSource, type TrainingOrder } from './orders.ts';

const longest = 4096;
const milliseconds = 200;

function ordersFolder(run: string): string {
  return join(run, 'orders');
}

/**
 * Gives an order to the training of a run's folder, which must take them. Throws ALEX_FILE_WRITE, also where the folder of
 * orders is gone, or a link to another place.
 */
export async function writeOrder(run: string, order: TrainingOrder): Promise<void> {
  const folder = ordersFolder(run);
  const found = await writingFile(folder, () => lstat(folder));
  if (!found.isDirectory())
    throw alexnetError('ALEX_FILE_WRITE', { path: folder, reason: 'it is no folder' });
  // Names are in the order of time.
  const name = `${String(Date.now()).padStart(15, '0')}-${randomUUID()}.json`;
  await writeTextAtomically(join(folder, name), JSON.stringify(order));
}

export interface OrderFiles {
  readonly source: OrderSource;
  /** Takes the folder of orders away. */
  close(): void;
}

/**
 * Begins to take orders from a run's folder; those that were given to a training before are dropped. The folder is looked
 * at a few times a second at most, however often the source is asked. What is no order is told and taken away.
 * Throws ALEX_FILE_WRITE.
 */
export function openOrderFiles(run: string, onProblem: (message: string) => void): OrderFiles {
  const folder = ordersFolder(run);
  const clear = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    clear();
    mkdirSync(folder);
  } catch (error) {
    throw alexnetError('ALEX_FILE_WRITE', { path: folder, reason: fileErrorReason(error) }, error);
  }
  let lookedAt = 0;
  return {
    source() {
      const now = performance.now();
      if (now - lookedAt < milliseconds) return [];
      lookedAt = now;
      return orderNames(folder).flatMap((name) => {
        const order = takeOrder(join(folder, name));
        if (order === undefined) onProblem(`${join(folder, name)} was no order, and was taken away`);
        return order === undefined ? [] : [order];
      });
    },
    close: () => {
      try {
        clear();
      } catch {
        // A folder that cannot be removed harms nobody: the next training drops what is in it.
      }
    },
  };
}

/** A folder that is gone has no orders. */
function orderNames(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch {
    return [];
  }
}

function takeOrder(path: string): TrainingOrder | undefined {
  try {
    const found = lstatSync(path);
    const text = found.isFile() && found.size <= longest ? readFileSync(path, 'utf8') : 'null';
    return parseOrder(JSON.parse(text));
  } catch {
    return undefined;
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}
