/** The collections of images in storage, and what is being done with them. */
import { useEffect, useState } from 'preact/hooks';
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
}

export function useCollections(studio: Studio): CollectionsState {
  const [collections, setCollections] = useState<readonly CollectionInfo[]>();
  const [environment, setEnvironment] = useState<Environment>();
  const [adding, setAdding] = useState<Adding>();
  const [refused, setRefused] = useState<AddResult['refused']>([]);
  const [error, setError] = useState<unknown>();
  const look = async (): Promise<void> => {
    const [found, surroundings] = await Promise.all([studio.collections.list(), studio.environment()]);
    setCollections(found);
    setEnvironment(surroundings);
  };
  useEffect(() => void look().catch(setError), [studio]);
  const change = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    setError(undefined);
    try {
      return await work();
    } catch (reason) {
      setError(reason);
      return undefined;
    } finally {
      await look().catch(setError);
    }
  };
  const add = async (id: string, images: readonly AddedImage[]): Promise<void> => {
    if (images.length === 0) return;
    setRefused([]);
    setAdding({ done: 0, total: images.length });
    const result = await change(() =>
      studio.collections.add(id, images, (done) => setAdding({ done, total: images.length })),
    );
    setAdding(undefined);
    setRefused(result?.refused ?? []);
  };
  const dismiss = (): void => {
    setError(undefined);
    setRefused([]);
  };
  return { collections, environment, adding, refused, error, change, add, dismiss };
}
