import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonLines, runAlexnet } from './runAlexnet.ts';

const commands = [
  'lr-find',
  'train',
  'test',
  'predict',
  'explain',
  'convert',
  'data',
  'info',
  'plan',
  'doctor',
  'studio',
  'bench',
  'demo',
];

test('--help lists the commands and the exit codes', async () => {
  const { code, stdout, stderr } = await runAlexnet(['--help']);
  assert.deepEqual([code, stderr], [0, '']);
  for (const command of commands) assert.match(stdout, new RegExp(`^  ${command}\\b`, 'm'));
  assert.match(stdout, /130 interrupted/);
});

for (const command of [
  ...commands.map((name) => [name]),
  ['data', 'fetch'],
  ['data', 'check'],
  ['data', 'list'],
  ['bench', 'layers'],
]) {
  test(`${command.join(' ')} --help has examples`, async () => {
    const { code, stdout } = await runAlexnet([...command, '--help']);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`Examples?:\\n(.*\\n)*  \\$ (alexnet|npm)`));
    assert.match(stdout, /--json/);
  });
}

/** Arguments that are refused, with what must be said. All exit with 2 and leave standard output empty. */
const refused: [args: string[], message: RegExp][] = [
  [['trian'], /^ALEX_USAGE: unknown command 'trian' \(Did you mean train\?\)/],
  [['train', '--epohcs', '3'], /^ALEX_USAGE: unknown option '--epohcs' \(Did you mean --epochs\?\)/],
  [['data', 'fecth'], /Did you mean fetch\?.*\nRun "alexnet data --help"/],
  [['predict', 'model.safetensors'], /^ALEX_USAGE: missing required argument 'images'/],
  [['info', 'alxenet'], /^ALEX_NETWORK_UNKNOWN: .*\nDid you mean "alexnet"\?/],
  [['bench', 'train', '--network', 'alexnet32'], /^ALEX_NETWORK_UNKNOWN: .*\nDid you mean "alexnet-32"\?/],
  [['bench', 'trian'], /^ALEX_OPTION_VALUE: .*did you mean train\?/],
  [['train', 'resnet'], /^ALEX_NETWORK_UNKNOWN: .*the networks are alexnet, .*alexnet-32/],
  [['train', '--dataset', 'shape'], /^ALEX_DATA_UNKNOWN: .*\nDid you mean "shapes"\?/],
  [['train', '--batch-size', '0'], /^ALEX_OPTION_VALUE: --batch-size is 0; expected a whole number from 1/],
  [['train', '--batch-size', '1e3'], /^ALEX_OPTION_VALUE: --batch-size is 1e3/],
  [['train', '--lr', '-1'], /^ALEX_OPTION_VALUE: --lr is -1; expected a number over 0/],
  [['train', '--lr', 'NaN'], /^ALEX_OPTION_VALUE: --lr is NaN/],
  [
    ['train', '--threads', '1000'],
    /^ALEX_OPTION_VALUE: --threads is 1000; expected a whole number from 1 to 256/,
  ],
  [['train', '--dropout', '1'], /^ALEX_OPTION_VALUE: --dropout is 1/],
  [['train', '--recipe', 'papre'], /^ALEX_OPTION_VALUE: --recipe is papre.*did you mean paper\?/],
  [['train', '--validation', '1.5'], /^ALEX_OPTION_VALUE: --validation is 1.5; expected a share/],
  [['train', '--step-epochs', '3,x'], /^ALEX_OPTION_VALUE: --step-epochs is 3,x/],
  [['train', '--recipe', 'finetune'], /^ALEX_OPTION_VALUE: init is not set; expected a model file/],
  [['train', '--momentum', '1'], /^ALEX_OPTION_VALUE: --momentum is 1/],
  [['train', '--initialization', 'hee'], /^ALEX_OPTION_VALUE: .*did you mean he\?/],
  [
    ['train', '--engine', 'gpu'],
    /^ALEX_OPTION_VALUE: --engine is gpu; expected one of cpu, x64, wasm, reference/,
  ],
];

for (const [args, message] of refused) {
  test(`refused: ${args.join(' ')}`, async () => {
    const { code, stdout, stderr } = await runAlexnet([...args, '--json']);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /\n\s+at /, 'no stack');
    assert.deepEqual([code, stdout], [2, '']);
  });
}

test('info --json tells AlexNet for ten classes as torchvision counts it', async () => {
  const { code, stdout, stderr } = await runAlexnet(['info', 'alexnet', '--classes', '10', '--json']);
  assert.deepEqual([code, stderr], [0, '']);
  const [info, ...more] = jsonLines(stdout);
  assert.equal(more.length, 0);
  assert.equal(info!['network'], 'alexnet');
  assert.equal(info!['parameters'], 57_044_810);
  const layers = info!['layers'] as { name: string; type: string; output: number[]; parameters: number }[];
  assert.deepEqual(layers[0], {
    name: 'features.0',
    type: 'conv',
    output: [64, 55, 55],
    parameters: 23_296,
    multiplyAdds: 64 * 55 * 55 * 3 * 11 * 11,
  });
  const tensors = info!['tensors'] as { name: string; shape: number[] }[];
  assert.equal(tensors.length, 16);
  assert.deepEqual(tensors.at(-2), { name: 'classifier.6.weight', shape: [10, 4096] });
});

test('info prints a table when nobody asks for JSON', async () => {
  const { stdout } = await runAlexnet(['info', 'alexnet']);
  assert.match(stdout, /features\.3 +conv +192 × 27 × 27/);
  assert.match(stdout, /parameters +61,100,840/);
});

test('doctor --json tells Node, threads and where data is', async () => {
  const { stdout } = await runAlexnet(['doctor', '--json', '--data-dir', '/nowhere']);
  const [diagnosis] = jsonLines(stdout);
  assert.deepEqual(diagnosis!['node'], { version: process.versions.node, path: process.execPath });
  const datasets = diagnosis!['datasets'] as { name: string; embedded: boolean; problem?: string }[];
  assert.match(datasets.find(({ name }) => name === 'cifar10')!.problem!, /^ALEX_DATA_MISSING/);
  assert.equal(datasets.find(({ name }) => name === 'shapes')!.embedded, true);
});
