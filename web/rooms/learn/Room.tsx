import type { JSX } from 'preact';
import { useText } from '../../app/language.ts';

export function Room(): JSX.Element {
  return <h1>{useText()({ en: 'Learn', ja: '学ぶ' })}</h1>;
}
