/** What a person should know about their images before they train on them. */
import type { Text } from '../../../src/language.ts';
import type { CollectionInfo } from '../../worker/protocol.ts';

export interface Advice {
  /** Nothing can be learnt before this is mended. */
  readonly blocking: boolean;
  readonly text: Text;
}

/** Fewer images than this in a class leave little to learn from and almost nothing to test with. */
const few = 20;
/** A class with this many times the images of another is guessed too often. */
const unbalanced = 4;

function list(names: readonly string[]): string {
  return names.length > 4 ? `${names.slice(0, 4).join(', ')} …` : names.join(', ');
}

/** The least number of images in each class: one to learn from, one to test with. */
export const leastImages = 2;

/** In the order of weight; empty when there is nothing to say. */
export function adviceFor({ classes, builtIn }: Pick<CollectionInfo, 'classes' | 'builtIn'>): Advice[] {
  if (builtIn) return [];
  const tell = (blocking: boolean, en: string, ja: string): Advice => ({ blocking, text: { en, ja } });
  if (classes.length < 2) {
    return [
      tell(
        true,
        'A network tells classes apart: it needs two or more, each with images.',
        'ネットワークはクラスを見分けるものなので、画像の入ったクラスが 2 つ以上要る。',
      ),
    ];
  }
  const names = (test: (images: number) => boolean): string[] =>
    classes.filter(({ images }) => test(images)).map(({ name }) => name);
  const empty = names((images) => images < leastImages);
  if (empty.length > 0) {
    return [
      tell(
        true,
        `Too few images: ${list(empty)}. Each class needs at least ${leastImages}: one to learn from and one to test with.`,
        `画像が足りない: ${list(empty)}。どのクラスにも、学ぶための 1 枚と確かめるための 1 枚、最低 ${leastImages} 枚が要る。`,
      ),
    ];
  }
  const advice: Advice[] = [];
  const small = names((images) => images < few);
  if (small.length > 0) {
    advice.push(
      tell(
        false,
        `Few images: ${list(small)}. It works from ${few} on, and well from 100 on; vary light, angle and background.`,
        `画像が少ない: ${list(small)}。${few} 枚から使えるようになり、100 枚あればよい。明るさ、角度、背景を変えるとよい。`,
      ),
    );
  }
  const counts = classes.map(({ images }) => images);
  if (Math.max(...counts) > unbalanced * Math.min(...counts)) {
    const least = classes.reduce((a, b) => (b.images < a.images ? b : a)).name;
    const most = classes.reduce((a, b) => (b.images > a.images ? b : a)).name;
    advice.push(
      tell(
        false,
        `Unbalanced: ${most} has more than ${unbalanced} times the images of ${least}, and will be guessed too often. Add images to ${least}.`,
        `偏っている: ${most} の画像が ${least} の ${unbalanced} 倍を超え、${most} と答えすぎるようになる。${least} に画像を足すとよい。`,
      ),
    );
  }
  return advice;
}
