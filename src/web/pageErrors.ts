/** The errors that a page throws itself: it has no use for the whole catalogue. */
import { CodedError } from '../errors/codedError.ts';
import type { Entry } from '../errors/entry.ts';
import { webErrors } from '../errors/web.ts';
import type { SentError } from './messages.ts';

type WebErrors = typeof webErrors;

/** As alexnetError; the caller throws it. */
export function pageError<C extends keyof WebErrors>(
  code: C,
  parameters: Parameters<WebErrors[C]['says']>[0],
  cause?: unknown,
): CodedError<string> {
  // The signature above has checked the parameters: see alexnetError.
  const { says, advice, exit } = webErrors[code] as unknown as Entry<Parameters<WebErrors[C]['says']>[0]>;
  return new CodedError(code, says(parameters), advice(parameters), exit, cause);
}

/** What the browser says of its error, to be put into a sentence. */
export function reasonOf(error: unknown): string {
  return (error as Error).message.replace(/\.$/, '');
}

/** The worker's error, as the page throws it. */
export function receivedError({ code, message, advice, exitCode }: SentError): Error {
  if (code === undefined) return new Error(message);
  const says = message.slice(`${code}: `.length, -`. ${advice}`.length);
  return new CodedError(code, says, advice, exitCode);
}
