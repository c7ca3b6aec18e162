/** A run as it goes: its story, drawn anew at most once a frame. */
import { useEffect, useState } from 'preact/hooks';
import type { RunEvent, Studio } from '../../worker/protocol.ts';
import { createStoryTeller, type Story } from './story.ts';

export interface ToldRun {
  /** Undefined until the run's events so far have come. */
  readonly story: Story | undefined;
  /** Why they have not. */
  readonly error: unknown;
}

export function useRun(studio: Studio, id: string): ToldRun {
  const [story, setStory] = useState<Story>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    setStory(undefined);
    let teller = createStoryTeller();
    // What comes while the events so far are on their way.
    let early: RunEvent[] | undefined;
    let frame = 0;
    let left = false;
    const changed = (): void => {
      if (left) return;
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        setStory(teller.story());
      });
    };
    const load = async (): Promise<void> => {
      early = [];
      const [events, runs] = await Promise.all([studio.trainings.events(id), studio.trainings.list()]);
      teller = createStoryTeller();
      for (const event of events) teller.take(event);
      const run = runs.find((one) => one.id === id);
      if (run !== undefined) teller.take({ type: 'state', run });
      for (const event of early) teller.take(event);
      early = undefined;
      changed();
      if (!left) setError(undefined);
    };
    const gone = (reason: unknown): void => {
      early = undefined;
      if (!left) setError(reason);
    };
    const leave = studio.trainings.subscribe((run, event) => {
      if (run !== id) return;
      early?.push(event);
      teller.take(event);
      changed();
      // Of fast steps only some were told.
      if (event.type === 'state' && event.run.state !== 'running' && early === undefined)
        void load().catch(gone);
    });
    void load().catch(gone);
    return () => {
      left = true;
      leave();
      cancelAnimationFrame(frame);
    };
  }, [studio, id]);
  return { story, error };
}
