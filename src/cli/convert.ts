import { readFile, stat } from 'node:fs/promises';
import { Command } from 'commander';
import { alexnetError } from '../errors.ts';
import type { FloatDtype } from '../formats/tensors.ts';
import { readingFile } from '../formats/fileErrors.ts';
import type { TransformsName } from '../training/convertModel.ts';
import { checkpointFile, modelFile } from './modelPath.ts';
import { oneOf } from './options.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { bytes } from './text.ts';

interface ConvertOptions {
  readonly dtype: DtypeName;
  readonly classNames?: string;
  readonly transforms?: TransformsName;
  readonly checkpoint?: boolean;
  readonly preprocessing?: boolean;
  readonly network?: string;
  readonly json?: boolean;
}

/** By the names that people give them. */
const dtypes = { float32: 'F32', float16: 'F16', bfloat16: 'BF16' } as const satisfies Record<
  string,
  FloatDtype
>;
type DtypeName = keyof typeof dtypes;

const transformsNames: readonly TransformsName[] = ['article', 'imagenet'];

/** Written here, so that no other command waits for the formats. */
const endings = '.safetensors, .pth, .pt, .onnx';

const about = `Reads a model file, whatever its format, and writes it in the format that the new name's ending says:
${endings}. Class names and transforms go along. Weights of a known network without a
description work as they are: PyTorch's state_dicts and checkpoints, safetensors, also in parts.

A .pth file is a plain state_dict: model.load_state_dict(torch.load(FILE)) takes it. Nothing in a file is run.
An .onnx file is a graph for inference, as ONNX Runtime takes it; those of others, such as torch.onnx.export's,
are read where they are chains of AlexNet-like layers.`;

const examples = `
Examples:
  $ alexnet convert alexnet-owt-7be5be79.pth alexnet.safetensors
  $ alexnet convert runs/alexnet-32-shapes shapes.pth
  $ alexnet convert model.safetensors small.safetensors --dtype float16
  $ alexnet convert weights.pth model.safetensors --network caffenet
  $ alexnet convert pets.pth pets.safetensors --class-names pets.txt --transforms imagenet
  $ alexnet convert runs/alexnet-cifar10 checkpoint.pth --checkpoint
  $ alexnet convert runs/alexnet-32-shapes shapes.onnx
  $ alexnet convert runs/alexnet-32-shapes shapes.onnx --preprocessing`;

/** `alexnet convert`. */
export function convertCommand(): Command {
  return new Command('convert')
    .summary('write a model file in another format')
    .description(about)
    .argument('<in>', 'a model file, or the folder of a training run')
    .argument('<out>', `the file to write, which ends in ${endings}`)
    .option(
      '--dtype <type>',
      'type of the weights: float32, float16 or bfloat16',
      oneOf('--dtype', Object.keys(dtypes) as DtypeName[]),
      'float32',
    )
    .option(
      '--network <name>',
      'the network of weights without a description: a name, or a .json or .ts file',
    )
    .option('--class-names <file>', 'names of the classes, one a line, instead of those that the file has')
    .option(
      '--transforms <name>',
      `what is done to images, instead of what the file says: ${transformsNames.join(' or ')}`,
      oneOf('--transforms', transformsNames),
    )
    .option('--checkpoint', "convert a checkpoint, with momentum and position: ours and PyTorch's, both ways")
    .option('--preprocessing', 'for .onnx: pixels go in, uint8 [N, H, W, 3], and are normalised in the file')
    .addHelpText('after', examples)
    .action(async (from: string, to: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ConvertOptions>();
      const terminal = createTerminal(options.json === true);
      if (options.checkpoint === true)
        await convertCheckpointFile(terminal, await checkpointFile(from), to, options);
      else await convert(terminal, await modelFile(from), to, options);
    });
}

async function convertCheckpointFile(
  terminal: Terminal,
  from: string,
  to: string,
  { dtype }: ConvertOptions,
): Promise<void> {
  if (dtype !== 'float32') {
    const expected = 'float32 with --checkpoint: a training goes on from it';
    throw alexnetError('ALEX_OPTION_VALUE', { option: '--dtype', value: dtype, expected });
  }
  const { convertCheckpoint } = await import('../training/checkpointFile.ts');
  const { epoch } = await convertCheckpoint(from, to);
  const { size } = await stat(to);
  terminal.emit({ from, to, epoch, bytes: size });
  terminal.print(`${to}: a checkpoint, epochs done: ${epoch}, ${bytes(size)}`);
}

async function convert(
  terminal: Terminal,
  from: string,
  to: string,
  { dtype, preprocessing = false, network: said, classNames, transforms }: ConvertOptions,
): Promise<void> {
  const { convertModel } = await import('../training/convertModel.ts');
  const { network, classes } = await convertModel(from, to, {
    dtype: dtypes[dtype],
    preprocessing,
    transforms,
    ...(classNames !== undefined && { classes: await namesIn(classNames) }),
    ...(said !== undefined && { network: said }),
  });
  const { size } = await stat(to);
  terminal.emit({ from, to, network: network.name, classes: classes.length, dtype, bytes: size });
  terminal.print(`${to}: ${network.name}, ${classes.length} classes, ${dtype}, ${bytes(size)}`);
}

/** The lines of a file, without those that are empty. Throws ALEX_FILE_READ. */
async function namesIn(path: string): Promise<string[]> {
  const text = await readingFile(path, () => readFile(path, 'utf8'));
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
