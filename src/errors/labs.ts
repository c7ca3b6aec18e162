/** What can be wrong with labs. */
import { didYouMean, entry } from './entry.ts';

export const labErrors = {
  ALEX_LAB_UNKNOWN: entry(
    2,
    (p: { name: string; known: readonly string[] }) =>
      `there is no lab "${p.name}"; the labs are ${p.known.join(', ')}`,
    (p) => `${didYouMean(p.name, p.known)}Run "alexnet lab" for what each shows, or give a lab's file.`,
  ),
  ALEX_LAB_FILE: entry(
    1,
    (p: { path: string; problem: string }) => `${p.path} is no lab: ${p.problem}`,
    () => 'A lab exports "lab", made by defineLab: "alexnet lab new NAME" writes one to begin with.',
  ),
  ALEX_LAB_EXISTS: entry(
    2,
    (p: { path: string }) => `${p.path} is there already`,
    () => 'Give another name, or remove the file.',
  ),
};
