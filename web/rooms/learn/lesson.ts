import type { ComponentType } from 'preact';
import type { Text } from '../../../src/language.ts';

/** One step of the path. */
export interface Lesson {
  /** Its place in the address: #/learn/SLUG. */
  readonly slug: string;
  readonly title: Text;
  /** What there is to understand, and what to do: short paragraphs. */
  readonly story: readonly Text[];
  /** Where it is from. */
  readonly source: Text;
  /** What the reader works with; its figures are computed as they are shown. */
  readonly View: ComponentType;
}
