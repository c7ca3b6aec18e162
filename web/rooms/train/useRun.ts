/** A run as it goes: its story, drawn anew at most once a frame. */
import { useEffect, useState } from 'preact/hooks';
import type { RunEvent, Studio } from '../../worker/protocol.ts';
import { createStoryTeller, type Story } from './story.ts';

/** Undefined until the run's events so far have come. */
export function useRun(studio: Studio, id: string | undefined): Story | undefined {
  const [story, setStory] = useState<Story>();
  useEffect(() => {
    setStory(undefined);
    if (id === undefined) return;
    const teller = createStoryTeller();
    let early: RunEvent[] | undefined = [];
    let frame = 0;
    const changed = (): void => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        setStory(teller.story());
      });
    };
    const leave = studio.trainings.subscribe((run, event) => {
      if (run !== id) return;
      if (early !== undefined) return void early.push(event);
      teller.take(event);
      changed();
    });
    void (async () => {
      const [events, runs] = await Promise.all([studio.trainings.events(id), studio.trainings.list()]);
      for (const event of events) teller.take(event);
      const run = runs.find((one) => one.id === id);
      if (run !== undefined) teller.take({ type: 'state', run });
      for (const event of early) teller.take(event);
      early = undefined;
      changed();
    })();
    return () => {
      leave();
      cancelAnimationFrame(frame);
    };
  }, [studio, id]);
  return story;
}
