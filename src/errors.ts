/**
 * The catalogue of errors. Each has a code, a sentence that says what was expected and what came,
 * and a sentence that says what to do. Codes are stable: programs may match on them.
 */

interface Entry<P> {
  /** What was expected and what came. */
  readonly says: (p: P) => string;
  /** What the person can do about it. */
  readonly advice: (p: P) => string;
  /** Process exit code: 1 the work failed, 2 wrong usage. */
  readonly exit: 1 | 2;
}

function entry<P>(exit: 1 | 2, says: (p: P) => string, advice: (p: P) => string): Entry<P> {
  return { exit, says, advice };
}

/** Every error that the library raises on purpose, by code. */
export const catalogue = {
  ALEX_NODE_VERSION: entry(
    1,
    (p: { version: string; needed: number }) =>
      `this is Node ${p.version}; alexnet needs Node ${p.needed} or newer`,
    () => 'Run "npm install" again without --omit=optional (it brings Node along), or install a newer Node.',
  ),
  ALEX_NETWORK_LAYER: entry(
    2,
    (p: { layer: string; problem: string }) => `layer ${p.layer}: ${p.problem}`,
    () => 'Correct that layer of the network, or the size of its input.',
  ),
  ALEX_NETWORK_UNKNOWN: entry(
    2,
    (p: { name: string; known: readonly string[] }) =>
      `there is no network "${p.name}"; the networks are ${p.known.join(', ')}`,
    () => 'Run "alexnet info NETWORK" to see one in detail.',
  ),
  ALEX_OPTION_VALUE: entry(
    2,
    (p: { option: string; value: unknown; expected: string }) =>
      `${p.option} is ${String(p.value)}; expected ${p.expected}`,
    (p) => `Give ${p.option} another value.`,
  ),
  ALEX_TENSOR_UNKNOWN: entry(
    1,
    (p: { name: string; known: readonly string[] }) =>
      `there is no tensor "${p.name}"; the tensors are ${p.known.join(', ')}`,
    () => 'Use one of those names; "alexnet info NETWORK" lists them.',
  ),
  ALEX_TENSOR_SHAPE: entry(
    1,
    (p: { name: string; expected: readonly number[]; got: readonly number[] }) =>
      `tensor ${p.name} is [${p.got.join(', ')}], expected [${p.expected.join(', ')}]`,
    () => 'The file or the values belong to another network: check the network and the class count.',
  ),
  ALEX_ENGINE_UNAVAILABLE: entry(
    1,
    (p: { engine: string; reason: string }) => `the engine "${p.engine}" cannot run here: ${p.reason}`,
    () => 'Run "alexnet doctor" to see which engines can.',
  ),
  ALEX_ENGINE_MEMORY: entry(
    1,
    (p: { bytes: number; limit: number; batchSize: number }) =>
      `a batch of ${p.batchSize} needs ${p.bytes} bytes, and at most ${p.limit} can be had`,
    () => 'Use a smaller --batch-size.',
  ),
} as const satisfies Record<string, Entry<never>>;

export type Catalogue = typeof catalogue;
export type ErrorCode = keyof Catalogue;
/** What must be told to raise the error with this code. */
export type ErrorParameters<C extends ErrorCode> = Parameters<Catalogue[C]['says']>[0];

/** An error from the catalogue. `message` is the whole text, code first. */
export class AlexnetError extends Error {
  readonly code: ErrorCode;
  readonly advice: string;
  readonly exitCode: 1 | 2;

  constructor(code: ErrorCode, says: string, advice: string, exitCode: 1 | 2, cause?: unknown) {
    super(`${code}: ${says}. ${advice}`, cause === undefined ? undefined : { cause });
    this.name = 'AlexnetError';
    this.code = code;
    this.advice = advice;
    this.exitCode = exitCode;
  }
}

/** Makes the error with this code; the caller throws it. */
export function alexnetError<C extends ErrorCode>(
  code: C,
  parameters: ErrorParameters<C>,
  cause?: unknown,
): AlexnetError {
  // The union of entries cannot be called with a union of parameters: the signature above has checked them.
  const found = catalogue[code] as unknown as Entry<ErrorParameters<C>>;
  return new AlexnetError(code, found.says(parameters), found.advice(parameters), found.exit, cause);
}
