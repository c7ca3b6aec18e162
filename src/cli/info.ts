import { Command } from 'commander';
import { describeTransforms } from '../data/describeTransforms.ts';
import { describeNetwork, type NetworkDescription } from '../network/describe.ts';
import { elementCount } from '../network/shapes.ts';
import { networkNames } from '../network/zoo/networks.ts';
import { findModel, type FoundNetwork } from './findNetwork.ts';
import { readers } from './options.ts';
import { createTerminal } from './terminal.ts';
import { bytes, count, table } from './text.ts';

interface InfoOptions {
  readonly classes?: number;
  readonly json?: boolean;
}

const defaultClasses = 1000;

/** `alexnet info`. */
export function infoCommand(): Command {
  return new Command('info')
    .summary("a network's layers, shapes, parameters, multiply-adds and memory")
    .description(
      `Shows the layers of a network (${networkNames.join(', ')}) or of a model file: output shapes, parameters,\n` +
        'multiply-adds of the forward pass, and memory for one image in float32. Of a model file also its format, class\n' +
        'names and transforms.',
    )
    .argument(
      '<network>',
      'name of a network, a .json or .ts file with one, a model file, or the folder of a training run',
    )
    .option(
      '--classes <n>',
      `classes that the network tells apart (default: ${defaultClasses}; a model file says its own)`,
      readers.classes,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ alexnet info alexnet --classes 10\n  $ alexnet info runs/alexnet-32-shapes --json',
    )
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<InfoOptions>();
      const terminal = createTerminal(options.json === true);
      const { network, file } = await findModel(name, options.classes, defaultClasses);
      const description = describeNetwork(network);
      terminal.emit({ ...description, ...(file && { file: facts(file) }) });
      terminal.print(layerTable(description));
      if (file !== undefined) terminal.print(fileLines(file));
    });
}

function layerTable({
  network,
  input,
  layers,
  parameters,
  multiplyAdds,
  memory,
}: NetworkDescription): string {
  const rows = layers.map((layer) => [
    layer.name,
    layer.type,
    layer.output.join(' × '),
    count(layer.parameters),
    count(layer.multiplyAdds),
    bytes(4 * (layer.parameters + elementCount(layer.output))),
  ]);
  const header = ['layer', 'type', 'output', 'parameters', 'multiply-adds', 'memory'];
  const weights = bytes(memory.parameterBytes);
  const activations = bytes(memory.activationBytesPerImage);
  return [
    `${network}, input ${input.join(' × ')}`,
    '',
    table([header, ...rows], [3, 4, 5]),
    '',
    `parameters     ${count(parameters)}`,
    `multiply-adds  ${count(multiplyAdds)} an image`,
    `memory         ${weights} of parameters, ${activations} of layer outputs an image`,
  ].join('\n');
}

type FileFacts = NonNullable<FoundNetwork['file']>;

function facts({ format, dtypes, classes, transforms }: FileFacts): FileFacts {
  return { format, dtypes, classes, transforms };
}

const shownClasses = 8;

function fileLines({ format, dtypes, classes, transforms }: FileFacts): string {
  const more = classes.length > shownClasses ? ', …' : '';
  return [
    `file           ${format}, weights in ${dtypes.join(', ')}`,
    `classes        ${count(classes.length)}: ${classes.slice(0, shownClasses).join(', ')}${more}`,
    `images         ${describeTransforms(transforms)}`,
  ].join('\n');
}
