import { AlexnetError } from '../../src/errors.ts';
import type { StudioError } from './protocol.ts';

/** An error as the page shows it: its code, and the sentences without it. What nobody expected has the code ALEX_STUDIO. */
export function asStudioError(error: unknown): StudioError {
  if (error instanceof AlexnetError) {
    const { code, message } = error;
    return { code, message: message.slice(`${code}: `.length) };
  }
  return { code: 'ALEX_STUDIO', message: error instanceof Error ? error.message : String(error) };
}
