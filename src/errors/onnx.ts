/** Errors of ONNX files. */
import { entry } from './entry.ts';

export const onnxErrors = {
  ALEX_ONNX_INVALID: entry(
    1,
    (p: { file: string; problem: string }) => `${p.file} is no valid ONNX file: ${p.problem}`,
    () => 'Save or download it again.',
  ),
  ALEX_ONNX_UNSUPPORTED: entry(
    1,
    (p: { file: string; node: string; problem: string }) =>
      `the network in ${p.file} cannot be taken over: ${p.node}: ${p.problem}`,
    () => 'docs/formats.md says what can be: chains of AlexNet-like layers, exported for inference.',
  ),
  ALEX_ONNX_SIZE: entry(
    1,
    (p: { path: string; bytes: number; most: number }) =>
      `${p.path} would have ${p.bytes.toLocaleString('en')} bytes; an ONNX file has at most ${p.most.toLocaleString('en')}`,
    () => 'Write a safetensors file, which has no such limit.',
  ),
} as const;
