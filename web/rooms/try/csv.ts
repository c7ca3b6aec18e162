/** Predictions as CSV: RFC 4180, one line a file. */
import type { Guess, StudioError } from '../../worker/protocol.ts';

/** A file of a batch, with what came of it. */
export interface BatchResult {
  readonly name: string;
  readonly guesses?: readonly Guess[];
  readonly error?: StudioError;
}

/** How many guesses have columns of their own. */
const top = 5;

/** Quoted where RFC 4180 asks for it. */
export function csvField(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** Lines end in CRLF; the first names the columns. Probabilities have six decimals. */
export function predictionsCsv(results: readonly BatchResult[]): string {
  const ranks = Array.from({ length: top }, (_, index) => index + 1);
  const header = [
    'file',
    'class',
    'probability',
    ...ranks.flatMap((n) => [`class_${n}`, `probability_${n}`]),
    'error',
  ];
  const lines = results.map(({ name, guesses = [], error }) => {
    const pair = (guess: Guess | undefined): string[] =>
      guess === undefined ? ['', ''] : [guess.class, guess.probability.toFixed(6)];
    const problem = error === undefined ? '' : `${error.code}: ${error.message}`;
    const fields = [name, ...pair(guesses[0]), ...ranks.flatMap((n) => pair(guesses[n - 1])), problem];
    return fields.map(csvField);
  });
  return [header, ...lines].map((fields) => `${fields.join(',')}\r\n`).join('');
}
