import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { AlexnetError } from '../../src/errors.ts';
import { buildNetwork, networkNames } from '../../src/network/zoo/networks.ts';
import { readNetworkFile } from '../../src/training/networkFile.ts';
import { isNetworkFile } from '../../src/training/networkFileName.ts';

const small = {
  name: 'small',
  input: { channels: 3, height: 8, width: 8 },
  layers: [
    { type: 'conv', name: 'conv', outChannels: 4, kernelSize: 3, initial: { weightStd: 0.1, bias: 0 } },
    { type: 'maxPool', name: 'pool', kernelSize: 2, stride: 2, ceilMode: true },
    { type: 'flatten', name: 'flatten' },
    { type: 'linear', name: 'last', outFeatures: 'classes' },
  ],
};

const wrong: readonly [name: string, text: string, code: string, message: RegExp][] = [
  ['no JSON', '{', 'ALEX_NETWORK_FILE', /no JSON/],
  ['a key twice', '{"name":"a","name":"b"}', 'ALEX_NETWORK_FILE', /"name" twice/],
  ['no layers', '{"name":"a","input":{}}', 'ALEX_NETWORK_FILE', /no list of layers/],
  [
    'an unknown type',
    withLayer({ type: 'conf', name: 'x' }),
    'ALEX_NETWORK_LAYER',
    /x: .*did you mean "conv"/,
  ],
  [
    'an unknown option',
    withLayer({ type: 'conv', name: 'x', outChannels: 1, kernelSize: 1, strid: 2 }),
    'ALEX_NETWORK_LAYER',
    /x: a conv layer has no option "strid" \(did you mean "stride"\?\)/,
  ],
  [
    'an option of another kind',
    withLayer({ type: 'conv', name: 'x', outChannels: '4', kernelSize: 1 }),
    'ALEX_NETWORK_LAYER',
    /x: outChannels is "4", expected a number/,
  ],
  [
    'a shape that does not fit',
    withLayer({ type: 'linear', name: 'x', outFeatures: 2 }),
    'ALEX_NETWORK_LAYER',
    /x: its input is \[3, 8, 8\], expected a vector/,
  ],
  ['a layer without a name', withLayer({ type: 'relu' }), 'ALEX_NETWORK_LAYER', /number 0: it has no name/],
];

describe('network files', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'alexnet-network-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function read(name: string, text: string, classes = 7): ReturnType<typeof readNetworkFile> {
    const path = join(folder, name);
    await writeFile(path, text);
    return readNetworkFile(path, classes);
  }

  it('are told from names of networks, models and index files by their extensions', () => {
    const files = ['a.json', 'dir/b.ts', 'c.mjs', 'd.js', 'e.mts'];
    const others = [...networkNames, 'model.safetensors', 'model.safetensors.index.json', 'runs/x', 'a.pth'];
    assert.deepEqual([...files, ...others].filter(isNetworkFile), files);
  });

  it('give every network of the zoo back from JSON', async () => {
    for (const name of networkNames) {
      const network = buildNetwork(name, { classes: 7 });
      assert.deepEqual(await read('zoo.json', JSON.stringify(network)), network);
    }
  });

  it('may leave the number of classes to the data', async () => {
    const network = await read('small.json', JSON.stringify(small), 5);
    assert.deepEqual(network.layers.at(-1), { ...small.layers.at(-1), outFeatures: 5 });
  });

  it('may be modules that export an object or a function of the classes', async () => {
    const object = `export const network = ${JSON.stringify(small)};`;
    assert.equal((await read('object.mjs', object)).name, 'small');
    const made = `export default ({ classes }: { classes: number }) => ({ ...${JSON.stringify(small)}, name: \`for \${classes}\` });`;
    assert.equal((await read('function.ts', made, 3)).name, 'for 3');
  });

  for (const [name, text, code, message] of wrong) {
    it(`are refused with ${name}`, async () => {
      await assert.rejects(read('wrong.json', text), { code, message });
    });
  }

  it('are refused when they throw or are not there', async () => {
    await assert.rejects(read('throws.mjs', 'throw new Error("no")'), {
      code: 'ALEX_NETWORK_FILE',
      message: /running it failed: Error: no/,
    });
    await assert.rejects(readNetworkFile(join(folder, 'none.json'), 2), { code: 'ALEX_FILE_READ' });
  });

  it('never fail without a code, whatever JSON they hold', async () => {
    const path = join(folder, 'any.json');
    const mutated = fc.oneof(
      fc.json(),
      fc
        .tuple(fc.constantFrom(...Object.keys(small)), fc.jsonValue())
        .map(([key, value]) => JSON.stringify({ ...small, [key]: value })),
      fc
        .tuple(
          fc.constantFrom('type', 'name', 'outChannels', 'kernelSize', 'initial', 'stride'),
          fc.jsonValue(),
        )
        .map(([key, value]) => withLayer({ ...small.layers[0], [key]: value })),
    );
    await fc.assert(
      fc.asyncProperty(mutated, async (text) => {
        await writeFile(path, text);
        await readNetworkFile(path, 3).catch((error: unknown) => {
          if (!(error instanceof AlexnetError)) throw error;
        });
      }),
      { numRuns: 300 },
    );
  });
});

function withLayer(layer: object): string {
  return JSON.stringify({ ...small, layers: [layer] });
}
