import { controlWords } from './control.ts';
import type { Instance } from './instance.ts';
import type { Team } from './team.ts';
import { runCommand, type ThreadWork } from './threadLoop.ts';

/** A team without threads: the calling thread does all of the work, and until it is done nothing else. */
export function inlineTeam({ operations, milliseconds }: ThreadWork, instance: Instance): Team {
  return {
    async run(phases) {
      instance.words[controlWords.phases] = phases;
      runCommand({ thread: 0, threads: 1, operations, milliseconds }, instance);
    },
    running: () => false,
    async close() {},
  };
}
