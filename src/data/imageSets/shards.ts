/** Shards: tar archives of samples, in WebDataset's form. A sample is an image and its class, files of one key. */
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { alexnetError } from '../../errors.ts';
import type { Split } from '../dataset.ts';
import { readTarFile, type TarMember } from '../tar.ts';
import { unreadable } from '../unreadable.ts';
import { readClassNames } from './classNames.ts';
import { hasImageExtension } from './imageFolder.ts';
import { byCodePoint, classOrder, splitNamed, type ImageListing, type ListedImage } from './listing.ts';

/** Longest file that may name a class. */
const mostLabelBytes = 1 << 20;
const mostShards = 100_000;

/** Whether a file is named as a tar archive that is not compressed. */
export function isShard(path: string): boolean {
  return path.toLowerCase().endsWith('.tar');
}

/**
 * The shards in a folder and in its folders `train`, `val` and `test`, as paths from it, or those that a pattern such as
 * `train-{000..009}.tar` stands for, or one. Empty when there are none. Throws ALEX_DATA_UNREADABLE.
 */
export function findShards(path: string): { readonly root: string; readonly files: readonly string[] } {
  if (isShard(path)) {
    return { root: dirname(path), files: expandRange(basename(path)) };
  }
  const here = shardsIn(path);
  const below = foldersOfSplits(path).flatMap((folder) =>
    shardsIn(join(path, folder)).map((name) => `${folder}/${name}`),
  );
  return { root: path, files: [...here, ...below].sort(byCodePoint) };
}

function shardsIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => isShard(name) && !name.startsWith('.'));
  } catch (error) {
    throw unreadable(folder, error);
  }
}

function foldersOfSplits(folder: string): string[] {
  return readdirSync(folder).filter(
    (name) => splitNamed(name) !== undefined && statSync(join(folder, name)).isDirectory(),
  );
}

/** `{000..012}` in a name, as a shell would expand it. */
function expandRange(name: string): string[] {
  const range = /\{(\d{1,9})\.\.(\d{1,9})\}/.exec(name);
  if (range === null) return [name];
  const [braces, from, to] = range as unknown as [string, string, string];
  const count = Math.max(0, Math.min(mostShards, Number(to) - Number(from) + 1));
  return Array.from({ length: count }, (_, i) =>
    name.replace(braces, String(Number(from) + i).padStart(from.length, '0')),
  );
}

interface Sample {
  image?: TarMember;
  label?: string;
}

/**
 * Lists the samples of shards. An image (`.jpg`, `.png` …) and a class of the same key make one: `.cls` holds a whole
 * number or a name; `.json` a property `label`, `class` or `cls`. Numbers are names in `classes.txt` beside the shards,
 * a line each, when that is there. Shards belong to the split that a word of their path names.
 * Throws ALEX_DATA_FORM, ALEX_DATA_CORRUPT, ALEX_DATA_MEMBER, ALEX_DATA_UNREADABLE.
 */
export async function listShards(root: string, files: readonly string[]): Promise<ImageListing> {
  const names = readClassNames(root);
  const images: ListedImage[] = [];
  let alone = 0;
  for (const [shard, file] of files.entries()) {
    const path = join(root, file);
    const split = splitOfShard(file);
    for (const [key, { image, label }] of await readSamples(path)) {
      if (image === undefined) alone++;
      else {
        const { name, offset, bytes } = image;
        images.push({
          name,
          class: className(label, names, `${path}, ${key}`),
          split,
          place: { shard, offset, bytes },
        });
      }
    }
  }
  const notices =
    alone === 0 ? [] : [`${alone} samples without a PNG, JPEG, WebP, GIF or BMP image are left aside`];
  const classes = names ?? classOrder(images.map((image) => image.class));
  return { root, classes, images, shards: files, notices };
}

async function readSamples(path: string): Promise<ReadonlyMap<string, Sample>> {
  const samples = new Map<string, Sample>();
  for await (const member of readTarFile(path)) {
    const start = member.name.lastIndexOf('/') + 1;
    const dot = member.name.indexOf('.', start);
    if (dot <= start) continue;
    const key = member.name.slice(0, dot);
    const extension = member.name.slice(dot + 1).toLowerCase();
    const isLabel = extension === 'cls' || extension === 'json';
    if (!isLabel && !hasImageExtension(member.name)) continue;
    const sample: Sample = samples.get(key) ?? {};
    samples.set(key, sample);
    if (!isLabel) sample.image ??= member;
    else sample.label ??= await readLabel(member, extension, path);
  }
  return samples;
}

async function readLabel(member: TarMember, extension: string, path: string): Promise<string | undefined> {
  if (member.bytes > mostLabelBytes) {
    throw alexnetError('ALEX_DATA_FORM', {
      path,
      found: `a class of ${member.bytes} bytes in ${member.name}`,
    });
  }
  const text = Buffer.from(await member.read())
    .toString('utf8')
    .trim();
  if (extension === 'cls') return text;
  try {
    const { label, class: named, cls } = JSON.parse(text) as Record<string, unknown>;
    const value = label ?? named ?? cls;
    return typeof value === 'string' || Number.isSafeInteger(value) ? String(value) : undefined;
  } catch {
    throw alexnetError('ALEX_DATA_FORM', { path, found: `${member.name}, which is no JSON object` });
  }
}

function className(label: string | undefined, names: readonly string[] | undefined, path: string): string {
  if (label === undefined || label === '') {
    throw alexnetError('ALEX_DATA_FORM', {
      path,
      found: 'a sample without a class (.cls, or label in .json)',
    });
  }
  if (names === undefined) return label;
  const name = /^\d{1,9}$/.test(label) ? names[Number(label)] : label;
  if (name !== undefined && (name !== label || names.includes(name))) return name;
  const found = `the class ${JSON.stringify(label.slice(0, 80))}, which is not among the ${names.length} of classes.txt`;
  throw alexnetError('ALEX_DATA_FORM', { path, found });
}

function splitOfShard(file: string): Split | undefined {
  for (const [word] of file.matchAll(/[A-Za-z]+/g)) {
    const split = splitNamed(word);
    if (split !== undefined) return split;
  }
  return undefined;
}
