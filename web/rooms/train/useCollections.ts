/** The collections of images in storage, and what is being done with them. */
import { useEffect, useState } from 'preact/hooks';
import { toldError } from '../../parts/Message.tsx';
import type { AddedImage, AddResult, CollectionInfo, Environment, Studio } from '../../worker/protocol.ts';

export interface Adding {
  readonly done: number;
  readonly total: number;
}

export interface CollectionsState {
  /** Undefined until they are known. */
  readonly collections: readonly CollectionInfo[] | undefined;
  readonly environment: Environment | undefined;
  readonly adding: Adding | undefined;
  /** What the last portion came to. */
  readonly refused: AddResult['refused'];
  readonly error: unknown;
  /** Does something that changes collections, and looks at them again; what goes wrong is in `error`. */
  readonly change: <T>(work: () => Promise<T>) => Promise<T | undefined>;
  readonly add: (id: string, images: readonly AddedImage[]) => Promise<void>;
  readonly dismiss: () => void;
  /** Looks at them again; what goes wrong is in `error`. */
  readonly look: () => Promise<void>;
}

function isInUse(error: unknown): boolean {
  return toldError(error).code === 'ALEX_STUDIO_IN_USE';
}

/** Images that are handed over at once: thousands of files take a page's thread for long. */
const portion = 100;

/** With `running`, a training has the engine, and its images: what was refused for that is forgotten when it stops. */
export function useCollections(studio: Studio, running: boolean): CollectionsState {
  const [collections, setCollections] = useState<readonly CollectionInfo[]>();
  const [environment, setEnvironment] = useState<Environment>();
  const [adding, setAdding] = useState<Adding>();
  const [refused, setRefused] = useState<AddResult['refused']>([]);
  const [error, setError] = useState<unknown>();
  const look = async (): Promise<boolean> => {
    try {
      const [found, surroundings] = await Promise.all([studio.collections.list(), studio.environment()]);
      setCollections(found);
      setEnvironment(surroundings);
      return true;
    } catch (reason) {
      setError(reason);
      return false;
    }
  };
  useEffect(() => void look(), [studio]);
  useEffect(() => {
    if (!running) setError((old: unknown) => (isInUse(old) ? undefined : old));
  }, [running]);
  const change = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    setError(undefined);
    try {
      return await work();
    } catch (reason) {
      setError(reason);
      return undefined;
    } finally {
      await look();
    }
  };
  const add = async (id: string, images: readonly AddedImage[]): Promise<void> => {
    if (images.length === 0) return;
    setRefused([]);
    const { length: total } = images;
    setAdding({ done: 0, total });
    await change(async () => {
      for (let from = 0; from < total; from += portion) {
        const told = (done: number): void => setAdding({ done: from + done, total });
        const some = images.slice(from, from + portion);
        const { refused: more } = await studio.collections.add(id, some, told);
        if (more.length > 0) setRefused((old) => [...old, ...more]);
      }
    });
    setAdding(undefined);
  };
  const lookAgain = async (): Promise<void> => {
    if (await look()) setError(undefined);
  };
  const dismiss = (): void => {
    setError(undefined);
    setRefused([]);
  };
  return { collections, environment, adding, refused, error, change, add, dismiss, look: lookAgain };
}
