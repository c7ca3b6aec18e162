import type { JSX } from 'preact';
import { useText } from '../../app/language.ts';

export function Room(): JSX.Element {
  return <h1>{useText()({ en: 'Try', ja: '試す' })}</h1>;
}
