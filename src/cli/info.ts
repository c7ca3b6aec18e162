import { Command } from 'commander';
import { alexnetError } from '../errors.ts';
import { describeNetwork, type NetworkDescription } from '../network/describe.ts';
import type { NetworkSpec } from '../network/spec.ts';
import { elementCount } from '../network/shapes.ts';
import { buildNetwork, networkNames } from '../network/zoo/networks.ts';
import { modelFile } from './modelPath.ts';
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
        'multiply-adds of the forward pass, and memory for one image in float32.',
    )
    .argument('<network>', 'name of a network, or a model file or the folder of a training run')
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
      const description = describeNetwork(await findNetwork(name, options.classes));
      terminal.emit(description);
      terminal.print(layerTable(description));
    });
}

/** A name of the zoo, or else a model file; a word that looks like no path is a network that we do not know. */
async function findNetwork(name: string, classes: number | undefined): Promise<NetworkSpec> {
  const file = await modelFile(name);
  const isName =
    (networkNames as readonly string[]).includes(name) || (file === name && !/[/\\.]/.test(name));
  if (isName) return buildNetwork(name, { classes: classes ?? defaultClasses });
  return modelNetwork(file, classes);
}

/** The network of a model file, which may be asked for its own number of classes only. */
async function modelNetwork(file: string, classes: number | undefined): Promise<NetworkSpec> {
  const { openModel } = await import('../training/modelFile.ts');
  const model = await openModel(file);
  await model.close();
  const own = model.classes.length;
  if (classes === undefined || classes === own) return model.network;
  const expected = `${own}, which the model file has`;
  throw alexnetError('ALEX_OPTION_VALUE', { option: '--classes', value: classes, expected });
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
