/** Writes PyTorch files as torch.save does since PyTorch 1.6; torch.load takes them, also with weights_only. */
import { alexnetError } from '../../errors.ts';
import type { FileTarget } from '../fileTarget.ts';
import { elementsOf, sourceBytes, sourceType, type TensorSource } from '../tensors.ts';
import { writePickle, type PickleForm, type PickleSource } from '../writePickle.ts';
import { ZipError } from '../zip/readZip.ts';
import { writeZip, type ZipSource } from '../zip/writeZip.ts';
import { storageClass } from './torchObjects.ts';

/** What a file says, made by `describe` from the tensors that were declared to it. */
export type DescribePth = (tensor: (source: TensorSource) => PickleSource) => PickleSource;

/**
 * Writes a file, one tensor at a time. `extras` lie in the archive beside PyTorch's own entries, which
 * torch.load does not look at. Throws ALEX_FILE_WRITE over 4 GiB, ALEX_TENSOR_TYPE, ALEX_TENSOR_SHAPE, and what the
 * target and `read` throw.
 */
export async function writePth(
  { name: path, writeBytes }: FileTarget,
  describe: DescribePth,
  extras: Readonly<Record<string, string>> = {},
): Promise<void> {
  const sources: TensorSource[] = [];
  const pickle = writePickle(describe((source) => tensorForm(source, `${sources.push(source) - 1}`)));
  const encode = (content: string): Uint8Array => new TextEncoder().encode(content);
  const text = (name: string, content: string): ZipSource => ({ name, read: () => encode(content) });
  const entries: ZipSource[] = [
    { name: 'data.pkl', read: () => pickle },
    text('byteorder', 'little'),
    ...Object.entries(extras).map(([name, content]) => text(`extra/${name}`, content)),
    ...sources.map((source, key) => ({
      name: `data/${key}`,
      read: async () => sourceBytes(source, await source.read()),
    })),
    text('version', '3\n'),
  ];
  const inFolder = entries.map(({ name, read }) => ({ name: `archive/${name}`, read }));
  try {
    await writeZip(inFolder, writeBytes);
  } catch (error) {
    if (!(error instanceof ZipError)) throw error;
    throw alexnetError('ALEX_FILE_WRITE', { path, reason: error.message }, error);
  }
}

/** A dict that keeps its order by name, as a state_dict is. */
export function orderedDict(items: ReadonlyMap<string, PickleSource> = new Map()): PickleForm {
  return { form: 'call', callee: name('collections', 'OrderedDict'), args: [], items };
}

function name(module: string, text: string): PickleForm {
  return { form: 'name', module, name: text };
}

function tuple(...items: PickleSource[]): PickleForm {
  return { form: 'tuple', items };
}

/** torch._utils._rebuild_tensor_v2(storage, offset, size, strides, requires_grad, backward_hooks). */
function tensorForm(source: TensorSource, key: string): PickleSource {
  const { dtype, shape } = sourceType(source);
  const type = storageClass(dtype);
  if (type === undefined) throw alexnetError('ALEX_TENSOR_TYPE', { name: source.name, dtype });
  const id = tuple('storage', name('torch', type), key, 'cpu', elementsOf(shape));
  const strides = shape.map((_, i) => elementsOf(shape.slice(i + 1)));
  const storage: PickleForm = { form: 'persistent', id };
  return {
    form: 'call',
    callee: name('torch._utils', '_rebuild_tensor_v2'),
    args: [storage, 0, tuple(...shape), tuple(...strides), false, orderedDict()],
  };
}
