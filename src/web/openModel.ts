/** Opens a model file in a page's worker. What most models need is here; the rest is loaded where a file asks for it. */
import { alexnetError } from '../errors.ts';
import { fileOfBlob } from '../formats/openedFile.ts';
import { describedModel } from '../training/describedModel.ts';
import { parseDescription } from '../training/modelDescription.ts';
import { safetensorsFormat } from '../training/modelFormats/safetensors.ts';
import { startBytes } from '../training/modelFormats/modelFormat.ts';
import type { ModelFile } from '../training/describedModel.ts';
import type { Progress } from './messages.ts';

/** Opens a model file in any format. Throws as openModelBlob does, and ALEX_OPTION_VALUE for other than a name a class. */
export async function openModel(
  name: string,
  blob: Blob,
  classes: readonly string[] | undefined,
): Promise<ModelFile> {
  const file = (await openDescribed(name, blob)) ?? (await openAny(name, blob, classes));
  if (classes === undefined) return file;
  const count = file.classes.length;
  if (classes.length !== count) {
    const expected = `${count}, one for each class of ${name}`;
    throw alexnetError('ALEX_OPTION_VALUE', { option: 'classes', value: classes.length, expected });
  }
  return { ...file, classes };
}

/** Safetensors with a description of ours; undefined for anything else. */
async function openDescribed(name: string, blob: Blob): Promise<ModelFile | undefined> {
  const file = fileOfBlob(name, blob);
  const { size } = file;
  const bytes = new Uint8Array(await file.read(0, Math.min(startBytes, size)));
  if (!safetensorsFormat.recognises({ bytes, size })) return undefined;
  const source = await safetensorsFormat.open(file);
  if (source.about === undefined) return undefined;
  return describedModel(
    name,
    { ...source, format: safetensorsFormat.name },
    parseDescription(name, source.about),
  );
}

async function openAny(name: string, blob: Blob, classes: readonly string[] | undefined): Promise<ModelFile> {
  const { openModelBlob } = await import('../training/modelBlob.ts');
  return openModelBlob(name, blob, classes && { classes });
}

/** Downloads a file. Throws ALEX_WEB_DOWNLOAD. */
export async function download(url: string, onProgress: (progress: Progress) => void): Promise<Blob> {
  const failed = (reason: string, cause?: unknown): Error =>
    alexnetError('ALEX_WEB_DOWNLOAD', { url, reason }, cause);
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw failed(`there is no answer (${(error as Error).message})`, error);
  }
  if (!response.ok || response.body === null) {
    throw failed(`the server answers ${[response.status, response.statusText].join(' ').trim()}`);
  }
  // What is said of a compressed answer is not how long the file is, and of another origin's answer the browser does not
  // tell whether it was compressed.
  const unknown = response.type === 'cors' || response.headers.has('content-encoding');
  const length = unknown ? null : response.headers.get('content-length');
  const total = length === null ? undefined : Number(length);
  let loaded = 0;
  const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      loaded += chunk.length;
      onProgress({ loaded, total });
      controller.enqueue(chunk);
    },
  });
  try {
    return await new Response(response.body.pipeThrough(counted)).blob();
  } catch (error) {
    throw failed(`it broke off after ${loaded} bytes`, error);
  }
}
