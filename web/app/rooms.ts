/** The rooms of the studio. Each is loaded when it is first entered, so that the page opens soon. */
import type { ComponentType } from 'preact';
import type { Text } from '../../src/language.ts';

export interface RoomProps {
  /** What follows the room in the address: ['3'] in #/learn/3. */
  readonly path: readonly string[];
}

export interface RoomEntry {
  readonly name: string;
  readonly title: Text;
  readonly load: () => Promise<{ readonly Room: ComponentType<RoomProps> }>;
}

export const rooms = [
  {
    name: 'learn',
    title: { en: 'Learn', ja: '学ぶ' },
    load: () => import('../rooms/learn/Room.tsx'),
  },
  {
    name: 'train',
    title: { en: 'Train', ja: '訓練する' },
    load: () => import('../rooms/train/Room.tsx'),
  },
  {
    name: 'try',
    title: { en: 'Try', ja: '試す' },
    load: () => import('../rooms/try/Room.tsx'),
  },
  {
    name: 'watch',
    title: { en: 'Watch', ja: '見守る' },
    load: () => import('../rooms/watch/Room.tsx'),
  },
] as const satisfies readonly RoomEntry[];

export type RoomName = (typeof rooms)[number]['name'];
