import type { JSX } from 'preact';
import { useText } from '../../app/language.ts';

export function Room(): JSX.Element {
  return <h1>{useText()({ en: 'Train', ja: '訓練する' })}</h1>;
}
