/** The records of one CIFAR batch file, checked, from either version. */
import { alexnetError } from '../../errors.ts';
import {
  encodedText,
  PickleError,
  readPickle,
  type PickleGlobal,
  type PickleValue,
} from '../../formats/pickle.ts';
import { cifarImageBytes, type CifarSet, type CifarVersion } from './cifarSets.ts';

/** Where the records go: images [length, 3, 32, 32] and their labels. */
export interface Records {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

/** How a batch is written, and how many records it has. */
export interface BatchForm extends Pick<CifarSet, 'labelBytes' | 'labelsKey'> {
  readonly version: CifarVersion;
  readonly classes: number;
  readonly count: number;
}

/**
 * Checks a whole batch file and writes its first records to `to`, as many as fit there. `file` names it in errors.
 * Throws ALEX_DATA_TRUNCATED, ALEX_DATA_CORRUPT, ALEX_DATA_LABEL.
 */
export function readBatch(form: BatchForm, bytes: Uint8Array, file: string, to: Records): void {
  if (form.version === 'binary') readBinaryBatch(form, bytes, file, to);
  else readPythonBatch(form, bytes, file, to);
}

function checkLabel(label: number, record: number, file: string, { classes }: BatchForm): void {
  if (label >= 0 && label < classes && Number.isInteger(label)) return;
  throw alexnetError('ALEX_DATA_LABEL', { file, record, label, classes });
}

/** Records: one label or more of a byte each, then 1,024 red, 1,024 green and 1,024 blue bytes. */
function readBinaryBatch(form: BatchForm, bytes: Uint8Array, file: string, to: Records): void {
  const { count, labelBytes } = form;
  const recordBytes = labelBytes + cifarImageBytes;
  if (bytes.length !== count * recordBytes) {
    throw alexnetError('ALEX_DATA_TRUNCATED', { file, bytes: bytes.length, expected: count * recordBytes });
  }
  for (let record = 0; record < count; record++) {
    const at = record * recordBytes;
    const pixels = at + labelBytes;
    checkLabel(bytes[pixels - 1]!, record, file, form);
    if (record >= to.labels.length) continue;
    to.labels[record] = bytes[pixels - 1]!;
    to.images.set(bytes.subarray(pixels, at + recordBytes), record * cifarImageBytes);
  }
}

/** A pickled dict whose `data` is a uint8 array [count, 3072] and whose labels are a list. */
function readPythonBatch(form: BatchForm, bytes: Uint8Array, file: string, to: Records): void {
  const { count, labelsKey } = form;
  const { labels, data } = unpickleBatch(bytes, file, labelsKey);
  const corrupt = (problem: string) => alexnetError('ALEX_DATA_CORRUPT', { file, problem });
  if (labels.length !== count) throw corrupt(`it has ${labels.length} labels, expected ${count}`);
  if (data.rows !== count || data.columns !== cifarImageBytes) {
    throw corrupt(`its data is [${data.rows}, ${data.columns}], expected [${count}, ${cifarImageBytes}]`);
  }
  labels.forEach((label, record) => checkLabel(typeof label === 'number' ? label : NaN, record, file, form));
  to.labels.set((labels as number[]).slice(0, to.labels.length));
  to.images.set(data.bytes.subarray(0, to.images.length));
}

interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** Row after row. */
  readonly bytes: Uint8Array;
}

function unpickleBatch(
  bytes: Uint8Array,
  file: string,
  labelsKey: string,
): { labels: PickleValue[]; data: Matrix } {
  const fail = (problem: string, cause?: unknown) =>
    alexnetError('ALEX_DATA_CORRUPT', { file, problem }, cause);
  let value: PickleValue;
  try {
    value = readPickle(bytes, { globals: numpyGlobals });
  } catch (error) {
    if (error instanceof PickleError) throw fail(error.message, error);
    throw error;
  }
  if (!(value instanceof Map)) throw fail('its pickle is no dict');
  const labels = value.get(labelsKey);
  const data = value.get('data');
  if (!Array.isArray(labels)) throw fail('its dict has no list of labels');
  if (!(data instanceof NumpyArray) || data.matrix === undefined) throw fail('its dict has no array of data');
  return { labels, data: data.matrix };
}

class NumpyType {
  readonly name: PickleValue | undefined;
  constructor(name: PickleValue | undefined) {
    this.name = name;
  }
  build(): void {
    // Byte order and alignment, which single bytes do not have.
  }
}

/** A two-dimensional numpy array of uint8, once its state is set. */
class NumpyArray {
  matrix: Matrix | undefined;

  /** (version, shape, dtype, column after column?, bytes), as ndarray.__setstate__ takes it. */
  build(state: PickleValue): void {
    const [, shape, type, transposed, bytes] = Array.isArray(state) ? state : [];
    this.matrix = matrixOf(shape, type, transposed === true || transposed === 1, bytes);
  }
}

function matrixOf(
  shape: PickleValue | undefined,
  type: PickleValue | undefined,
  transposed: boolean,
  bytes: PickleValue | undefined,
): Matrix {
  const [rows, columns] = Array.isArray(shape) && shape.length === 2 ? shape : [];
  const good =
    type instanceof NumpyType && bytes instanceof Uint8Array && isLength(rows) && isLength(columns);
  if (!good || type.name !== 'u1' || bytes.length !== rows * columns) {
    throw new PickleError('its array is not two-dimensional uint8');
  }
  return { rows, columns, bytes: transposed ? transpose(bytes, rows, columns) : bytes };
}

function isLength(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0;
}

function transpose(bytes: Uint8Array, rows: number, columns: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let row = 0, to = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, to++) out[to] = bytes[column * rows + row]!;
  }
  return out;
}

const makeArray: PickleGlobal = () => new NumpyArray();
const makeType: PickleGlobal = ([name]) =>
  new NumpyType(name instanceof Uint8Array ? Buffer.from(name).toString('latin1') : name);

/** What numpy writes in protocol 5: (bytes, dtype, shape, order). */
const fromBuffer: PickleGlobal = ([bytes, type, shape, order]) => {
  const array = new NumpyArray();
  array.matrix = matrixOf(shape, type, order === 'F', bytes);
  return array;
};

const notCalled: PickleGlobal = () => {
  throw new PickleError('it makes an array by itself');
};

/** All that a batch may ask for; numpy 2 calls its core `_core`. */
const numpyGlobals: Readonly<Record<string, PickleGlobal>> = {
  'numpy.core.multiarray._reconstruct': makeArray,
  'numpy._core.multiarray._reconstruct': makeArray,
  'numpy.core.numeric._frombuffer': fromBuffer,
  'numpy._core.numeric._frombuffer': fromBuffer,
  'numpy.ndarray': notCalled,
  'numpy.dtype': makeType,
  '_codecs.encode': encodedText,
};
