/**
 * What a PyTorch pickle may ask for: the functions and classes that tensors are made of, and nothing else. They
 * make descriptions of tensors; values are read later, from the storages beside the pickle.
 */
import { latin1Text } from '../latin1.ts';
import {
  encodedText,
  PickleError,
  type PickleContext,
  type PickleGlobal,
  type PickleObject,
  type PickleValue,
} from '../pickle.ts';
import { dtypes, elementsOf, type Dtype, type TensorType } from '../tensors.ts';

/** A run of elements in the file that tensors are views of. */
export interface PthStorage extends PickleObject {
  readonly kind: 'storage';
  readonly dtype: Dtype;
  /** Its name among the storages of the file. */
  readonly key: string;
  /** Bytes of the storage of that name. */
  readonly bytes: number;
  readonly elements: number;
  /** Where it begins in the storage of that name, in elements: old files have storages that are parts of others. */
  readonly base: number;
}

/** A tensor as a view of a storage: element (i, j …) is at offset + i × strides[0] + j × strides[1] … */
export interface PthTensor extends PickleObject {
  readonly kind: 'tensor';
  readonly storage: PthStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** PyTorch's names of element types, ours, and the class of a storage of them. */
const types: readonly (readonly [dtype: string, ours: Dtype, storage?: string])[] = [
  ['float64', 'F64', 'Double'],
  ['float32', 'F32', 'Float'],
  ['float16', 'F16', 'Half'],
  ['bfloat16', 'BF16', 'BFloat16'],
  ['int64', 'I64', 'Long'],
  ['int32', 'I32', 'Int'],
  ['int16', 'I16', 'Short'],
  ['int8', 'I8', 'Char'],
  ['uint8', 'U8', 'Byte'],
  ['bool', 'BOOL', 'Bool'],
  ['uint64', 'U64'],
  ['uint32', 'U32'],
  ['uint16', 'U16'],
];

/** The class of a storage, as PyTorch's pickles name it; types without one have none. */
export function storageClass(dtype: Dtype): string | undefined {
  const name = types.find(([, ours]) => ours === dtype)?.[2];
  return name === undefined ? undefined : `${name}Storage`;
}

/** A tensor as other formats describe it. */
export function tensorType({ shape, storage: { dtype } }: PthTensor): TensorType {
  return { shape, dtype };
}

/** Whether a value is a tensor. */
export function isTensor(value: PickleValue | undefined): value is PthTensor {
  return isObject(value) && value.kind === 'tensor';
}

function isObject(value: PickleValue | undefined): value is PickleObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Map) &&
    !(value instanceof Uint8Array)
  );
}

/** Text, also where Python 2 wrote it as bytes. */
export function text(value: PickleValue | undefined): string | undefined {
  if (value instanceof Uint8Array) return latin1Text(value);
  return typeof value === 'string' ? value : undefined;
}

function isCount(value: PickleValue | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function areCounts(value: PickleValue | undefined): value is number[] {
  return Array.isArray(value) && value.every(isCount);
}

/** A class that may be named and not called. */
function classOnly(): PickleGlobal {
  return () => {
    throw new PickleError('it calls a class that only names a type');
  };
}

/** One that stands for an element type. */
function typeName(dtype: Dtype): PickleGlobal {
  return Object.assign(classOnly(), { dtype });
}

function dtypeOf(value: PickleValue | undefined): Dtype | undefined {
  if (typeof value !== 'function' || !('dtype' in value)) return undefined;
  return value.dtype as Dtype;
}

/** ('storage', class, key, device, number of elements, view of another storage or None). */
function persistentLoad(id: PickleValue): PthStorage {
  const [what, type, key, , elements, view] = Array.isArray(id) ? id : [];
  const dtype = dtypeOf(type);
  const name = text(key);
  if (text(what) !== 'storage' || dtype === undefined || name === undefined || !isCount(elements)) {
    throw new PickleError('it refers to what is no storage');
  }
  const bytes = elements * dtypes[dtype].BYTES_PER_ELEMENT;
  return { kind: 'storage', dtype, key: name, bytes, ...part(view, elements) };
}

/** Which part of the storage of that name: (key, offset, number of elements) in old files, else all of it. */
function part(view: PickleValue | undefined, elements: number): Pick<PthStorage, 'base' | 'elements'> {
  if (view === undefined || view === null) return { base: 0, elements };
  const [, offset, size] = Array.isArray(view) ? view : [];
  if (!isCount(offset) || !isCount(size) || offset + size > elements) {
    throw new PickleError('it has a storage that lies outside of another');
  }
  return { base: offset, elements: size };
}

/** (storage, offset, size, strides, …), with the element type at the end where storages have none. */
const rebuildTensor: PickleGlobal = ([storage, offset, shape, strides]) =>
  tensorView(storage, offset, shape, strides);

const rebuildTypedTensor: PickleGlobal = (args) => {
  const [storage, offset, shape, strides] = args;
  const dtype = dtypeOf(args[6]);
  if (dtype === undefined || !isObject(storage) || storage.kind !== 'storage') {
    throw new PickleError('it makes a tensor of no known type');
  }
  const { dtype: stored, elements, base, ...rest } = storage as PthStorage;
  const scale = dtypes[stored].BYTES_PER_ELEMENT / dtypes[dtype].BYTES_PER_ELEMENT;
  const typed: PthStorage = { ...rest, dtype, elements: Math.floor(elements * scale), base: base * scale };
  if (!Number.isInteger(typed.base)) throw new PickleError('it has a storage that is not aligned');
  return tensorView(typed, offset, shape, strides);
};

function tensorView(
  storage: PickleValue | undefined,
  offset: PickleValue | undefined,
  shape: PickleValue | undefined,
  strides: PickleValue | undefined,
): PthTensor {
  if (!isObject(storage) || storage.kind !== 'storage' || !isCount(offset)) {
    throw new PickleError('it makes a tensor of no storage');
  }
  if (!areCounts(shape) || !areCounts(strides) || shape.length !== strides.length) {
    throw new PickleError('it makes a tensor without a shape');
  }
  const tensor: PthTensor = { kind: 'tensor', storage: storage as PthStorage, offset, shape, strides };
  checkInside(tensor);
  return tensor;
}

function checkInside({ storage, offset, shape, strides }: PthTensor): void {
  if (elementsOf(shape) === 0) return;
  const last = shape.reduce((sum, size, i) => sum + (size - 1) * strides[i]!, offset);
  if (!(last < storage.elements)) throw new PickleError('it has a tensor that lies outside of its storage');
}

/** A parameter is its tensor. */
const rebuildParameter: PickleGlobal = ([tensor]) => {
  if (!isTensor(tensor)) throw new PickleError('it makes a parameter of no tensor');
  return tensor;
};

/** (function, class, its arguments, attributes): a tensor with attributes, which are no data. */
const rebuildFromType: PickleGlobal = ([rebuild, , args]) => {
  if (typeof rebuild !== 'function' || !Array.isArray(args)) throw new PickleError('it makes no tensor');
  return rebuild(args);
};

/** Python 2 gives the items with the call, Python 3 sets them afterwards. */
const orderedDict: PickleGlobal = ([items]) => {
  const pairs = Array.isArray(items) ? items : [];
  return new Map(
    pairs.map((pair) => {
      const [key, value] = Array.isArray(pair) ? pair : [];
      if (key === undefined || value === undefined) throw new PickleError('it makes a dict of no items');
      return [text(key) ?? key, value];
    }),
  );
};

/** A dict of counts: what schedules of the learning rate keep their milestones in. */
const counter: PickleGlobal = ([counts]) => (counts instanceof Map ? counts : new Map());

const set: PickleGlobal = ([items]) => (Array.isArray(items) ? items : []);

const globals: Readonly<Record<string, PickleGlobal>> = {
  'collections.OrderedDict': orderedDict,
  'collections.Counter': counter,
  'builtins.set': set,
  // Python 2's name, which protocol 2 has.
  '__builtin__.set': set,
  '_codecs.encode': encodedText,
  'torch._utils._rebuild_tensor': rebuildTensor,
  'torch._utils._rebuild_tensor_v2': rebuildTensor,
  'torch._utils._rebuild_tensor_v3': rebuildTypedTensor,
  'torch._utils._rebuild_parameter': rebuildParameter,
  'torch._utils._rebuild_parameter_with_state': rebuildParameter,
  'torch._tensor._rebuild_from_type_v2': rebuildFromType,
  'torch.Tensor': classOnly(),
  'torch.nn.parameter.Parameter': classOnly(),
  'torch.Size': ([sizes]) => sizes ?? [],
  'torch.device': ([name]) => name ?? null,
  'torch.UntypedStorage': typeName('U8'),
  'torch.storage.UntypedStorage': typeName('U8'),
  ...Object.fromEntries(types.map(([name, ours]) => [`torch.${name}`, typeName(ours)])),
  ...Object.fromEntries(
    types.flatMap(([, ours]) => {
      const name = storageClass(ours);
      return name === undefined ? [] : [[`torch.${name}`, typeName(ours)]];
    }),
  ),
};

/** What the pickle of a PyTorch file may use. */
export const torchPickle = { globals, persistentLoad } satisfies PickleContext;
