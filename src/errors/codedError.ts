/** An error with a code. `message` is the whole text, code first. */
export class CodedError<Code extends string> extends Error {
  readonly code: Code;
  readonly advice: string;
  readonly exitCode: 1 | 2;

  constructor(code: Code, says: string, advice: string, exitCode: 1 | 2, cause?: unknown) {
    super(`${code}: ${says}. ${advice}`, cause === undefined ? undefined : { cause });
    this.name = 'AlexnetError';
    this.code = code;
    this.advice = advice;
    this.exitCode = exitCode;
  }
}
