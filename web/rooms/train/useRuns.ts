/** The runs in storage, as their states change. */
import { useEffect, useState } from 'preact/hooks';
import type { RunInfo, Studio } from '../../worker/protocol.ts';

export interface Runs {
  /** Undefined until they are known. */
  readonly runs: readonly RunInfo[] | undefined;
  /** Why they are not. */
  readonly error: unknown;
  readonly look: () => Promise<void>;
}

export function useRuns(studio: Studio): Runs {
  const [runs, setRuns] = useState<readonly RunInfo[]>();
  const [error, setError] = useState<unknown>();
  const look = async (): Promise<void> => {
    try {
      setRuns(await studio.trainings.list());
      setError(undefined);
    } catch (reason) {
      setError(reason);
    }
  };
  useEffect(() => {
    void look();
    return studio.trainings.subscribe((id, event) => {
      if (event.type !== 'state') return;
      setRuns((old) => {
        const rest = (old ?? []).filter((run) => run.id !== id);
        return [...rest, event.run];
      });
    });
  }, [studio]);
  return { runs, error, look };
}
