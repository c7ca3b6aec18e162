/** Which class a file of a person's folders belongs to. */
import type { AddedImage } from '../../worker/protocol.ts';

/** Names that folders of splits have: the class is below them, and the split is made anew. */
const splits = new Set(['train', 'test', 'val', 'valid', 'validation', 'training', 'testing']);

const imageName = /\.(png|jpe?g|webp|gif|bmp|avif)$/i;

/** Whether a file is meant as an image: systems put other files (.DS_Store, Thumbs.db, labels.txt) into folders. */
function looksLikeImage(file: File): boolean {
  return file.type.startsWith('image/') || imageName.test(file.name);
}

/** The folder right above a file; undefined for a file that came without one. */
export function classOf(path: string): string | undefined {
  const folders = path.split('/').slice(0, -1);
  const named = folders.filter((name) => !splits.has(name.toLowerCase()));
  return named.at(-1);
}

export interface SortedFiles {
  readonly images: readonly AddedImage[];
  /** Files in folders that are no images by their names: passed over, and told. */
  readonly passedOver: readonly string[];
}

/**
 * Images with their classes: of folders by the folder right above, and of single files `fallback`. A single file is taken
 * whatever its name says, so that a person is told what is wrong with it.
 */
export function sortFiles(files: readonly File[], fallback: string): SortedFiles {
  const images: AddedImage[] = [];
  const passedOver: string[] = [];
  for (const file of files) {
    const path = file.webkitRelativePath || file.name;
    const inFolder = classOf(path);
    if (inFolder !== undefined && !looksLikeImage(file)) passedOver.push(path);
    else images.push({ class: inFolder ?? fallback, name: path, image: file });
  }
  return { images, passedOver };
}
