import { entry } from './entry.ts';

/** Errors of model files, whatever their format. */
export const modelFileErrors = {
  ALEX_SAFETENSORS_INVALID: entry(
    1,
    (p: { file: string; problem: string }) => `${p.file} is no valid safetensors file: ${p.problem}`,
    () => 'Save or download it again.',
  ),
  ALEX_SAFETENSORS_TRUNCATED: entry(
    1,
    (p: { file: string; bytes: number; expected: number }) =>
      `${p.file} is cut short: it has ${p.bytes.toLocaleString('en')} bytes, expected ${p.expected.toLocaleString('en')}`,
    () => 'Save or download it again.',
  ),
  ALEX_PTH_INVALID: entry(
    1,
    (p: { file: string; problem: string }) => `${p.file} is no PyTorch file that can be read: ${p.problem}`,
    () => 'Save it again with torch.save(model.state_dict(), FILE), or download it again.',
  ),
  ALEX_PTH_REFUSED: entry(
    1,
    (p: { file: string; asked: string }) =>
      `${p.file} asks for ${JSON.stringify(p.asked)}, which weights do not need: nothing was run`,
    () =>
      'Do not load it in Python unless you trust it. If it is yours, save only the weights: torch.save(model.state_dict(), FILE).',
  ),
  ALEX_TENSOR_TYPE: entry(
    1,
    (p: { name: string; dtype: string }) =>
      `tensor ${p.name} is of type ${p.dtype}, expected F32, F16, BF16 or F64`,
    () => 'Convert the file to float32 first.',
  ),
  ALEX_TENSOR_FLOAT16: entry(
    1,
    () => 'this browser cannot hold float16 values: it has no Float16Array',
    () =>
      'Use Chrome or Edge from 135, Firefox from 129 or Safari from 18.2, or take float32: "alexnet convert --dtype float32" makes it of a file.',
  ),
  ALEX_TENSOR_RANGE: entry(
    1,
    (p: { name: string; value: number; dtype: string }) =>
      `tensor ${p.name} has the value ${p.value}, which ${p.dtype} cannot hold`,
    () => 'Keep float32, or take bfloat16, which reaches as far as float32.',
  ),
  ALEX_MODEL_FORMAT: entry(
    1,
    (p: { file: string; known: readonly string[] }) =>
      `${p.file} is no model file: it begins like none of ${p.known.join(', ')}`,
    () => 'Check the path, or save or download the file again.',
  ),
  ALEX_MODEL_EXTENSION: entry(
    2,
    (p: { path: string; known: readonly string[] }) =>
      `the name of ${p.path} does not say which format to write; expected one that ends in ${p.known.join(', ')}`,
    () => 'Give the file a name with one of those endings.',
  ),
  ALEX_MODEL_METADATA: entry(
    1,
    (p: { file: string; problem: string }) =>
      `the description of the model in ${p.file} is wrong: ${p.problem}`,
    () =>
      'Save the model again with this version of alexnet, or remove the metadata to have the network guessed.',
  ),
  ALEX_MODEL_UNMATCHED: entry(
    1,
    (p: { file: string; known: readonly string[]; closest: string; difference: string }) =>
      `the tensors of ${p.file} are those of no known network (${p.known.join(', ')}); closest is ${p.closest}, but ${p.difference}`,
    (p) => `Compare with "alexnet info ${p.closest}"; names and shapes must be torchvision's.`,
  ),
  ALEX_MODEL_AMBIGUOUS: entry(
    1,
    (p: { file: string; networks: readonly string[] }) =>
      `the tensors of ${p.file} are those of ${p.networks.join(' and of ')}, which differ in layers without weights`,
    (p) =>
      `Say which: alexnet convert ${p.file} model.safetensors --network ${p.networks[0]}. The new file knows it then.`,
  ),
  ALEX_MODEL_NOT_FINITE: entry(
    1,
    (p: { file: string; tensor: string; value: number }) =>
      `${p.tensor} in ${p.file} has the value ${p.value}; weights must be finite`,
    () => 'The training that made it diverged: train again with a smaller --lr.',
  ),
};
