/** The runs in storage, as their states change. */
import { useEffect, useState } from 'preact/hooks';
import type { RunInfo, Studio } from '../../worker/protocol.ts';

export interface Runs {
  /** Undefined until they are known. */
  readonly runs: readonly RunInfo[] | undefined;
  readonly look: () => Promise<void>;
}

export function useRuns(studio: Studio): Runs {
  const [runs, setRuns] = useState<readonly RunInfo[]>();
  const look = async (): Promise<void> => setRuns(await studio.trainings.list());
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
  return { runs, look };
}
