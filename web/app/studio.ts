/** The studio's worker: one for the page, which starts with the first question to it. */
import { connectStudio } from '../worker/client.ts';
import type { Studio } from '../worker/protocol.ts';

let studio: Studio | undefined;

export function useStudio(): Studio {
  return (studio ??= connectStudio());
}
