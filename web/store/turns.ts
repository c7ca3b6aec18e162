/** Does one piece of work after another: each begins when those before it have ended, well or not. */
export type Turns = <T>(work: () => T | Promise<T>) => Promise<T>;

export function makeTurns(): Turns {
  let busy: Promise<unknown> = Promise.resolve();
  return <T>(work: () => T | Promise<T>) => {
    const done = busy.then(work);
    busy = done.catch(() => {});
    return done;
  };
}
