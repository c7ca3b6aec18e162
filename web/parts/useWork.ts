import { useState } from 'preact/hooks';

export interface Work {
  /** Whether it is under way. */
  readonly busy: boolean;
  /** What the last of it failed with. */
  readonly error: unknown;
  readonly act: (work: () => Promise<unknown>) => Promise<void>;
}

/** What a part does when it is told to, one at a time as its buttons see to. */
export function useWork(): Work {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const act = async (work: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await work();
    } catch (reason) {
      setError(reason);
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, act };
}
