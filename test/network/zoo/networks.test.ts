import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { describeNetwork } from '../../../src/network/describe.ts';
import { inferShapes } from '../../../src/network/shapes.ts';
import { buildNetwork, networkNames } from '../../../src/network/zoo/networks.ts';

describe('buildNetwork', () => {
  it('names the networks there are when asked for another', () => {
    for (const name of ['alexnett', 'toString', '']) {
      assert.throws(() => buildNetwork(name, { classes: 10 }), {
        code: 'ALEX_NETWORK_UNKNOWN',
        message: /alexnet, alexnet-2012/,
      });
    }
  });

  for (const name of networkNames) {
    it(`${name} calls itself that, and takes classes, dropout and other input sizes`, () => {
      const network = buildNetwork(name, { classes: 7, inputSize: 100, dropout: 0.25 });
      assert.equal(network.name, name);
      const outputs = inferShapes(network);
      assert.deepEqual(outputs[0]!.input, [3, 100, 100]);
      assert.deepEqual(outputs.at(-1)!.output, [7]);
      const dropouts = network.layers.filter((layer) => layer.type === 'dropout');
      assert.deepEqual(
        dropouts.map(({ probability }) => probability),
        dropouts.map(() => 0.25),
      );
    });
  }

  for (const name of ['alexnet', 'alexnet-32']) {
    it(`${name} has the same parameters for every input size`, () => {
      const tensors = (inputSize?: number) =>
        describeNetwork(buildNetwork(name, { classes: 10, ...(inputSize && { inputSize }) })).tensors;
      assert.deepEqual(tensors(128), tensors());
    });
  }

  it('refuses an input too small for the pools, and classes that are no count', () => {
    assert.throws(() => inferShapes(buildNetwork('alexnet', { classes: 10, inputSize: 32 })), {
      code: 'ALEX_NETWORK_LAYER',
      message: /features\.12/,
    });
    assert.throws(() => inferShapes(buildNetwork('alexnet', { classes: 0 })), {
      code: 'ALEX_NETWORK_LAYER',
      message: /classifier\.6/,
    });
  });
});

describe('the networks of the zoo', () => {
  it('have the published numbers of parameters', () => {
    const published = {
      alexnet: 61_100_840,
      'alexnet-2012': 60_965_224,
      caffenet: 60_965_224,
      '80sec': 145_578,
    };
    for (const [name, parameters] of Object.entries(published)) {
      const classes = name === '80sec' ? 10 : 1000;
      assert.equal(describeNetwork(buildNetwork(name, { classes })).parameters, parameters, name);
    }
  });

  it('are all in the table of docs/networks.md, with their sizes', () => {
    const document = readFileSync(new URL('../../../docs/networks.md', import.meta.url), 'utf8');
    const rows = [...document.matchAll(/^\| `([^`]+)` +\| (\d+) +\| ([\d,]+) +\| ([\d.]+) /gm)];
    for (const [, name, side, parameters, millions] of rows) {
      const classes = ['alexnet', 'alexnet-2012', 'caffenet'].includes(name!) ? 1000 : 10;
      const network = describeNetwork(buildNetwork(name!, { classes }));
      assert.equal(network.input[1], Number(side), name);
      assert.equal(network.parameters.toLocaleString('en'), parameters, name);
      assert.equal((network.multiplyAdds / 1e6).toFixed(1), millions, name);
    }
    const named = networkNames.filter((name) => document.includes(`\`${name}\``));
    assert.deepEqual(named, networkNames);
    assert.equal(rows.length, networkNames.length - 2);
  });

  it("alexnet-2012 has the paper's sizes", () => {
    const outputs = inferShapes(buildNetwork('alexnet-2012', { classes: 1000 }))
      .filter(({ spec }) => ['conv', 'maxPool', 'linear'].includes(spec.type))
      .map(({ output }) => output.join('×'));
    assert.deepEqual(outputs, [
      '96×55×55',
      '96×27×27',
      '256×27×27',
      '256×13×13',
      '384×13×13',
      '384×13×13',
      '256×13×13',
      '256×6×6',
      '4096',
      '4096',
      '1000',
    ]);
  });

  it("cuda-convnet's halve images with pools that round up", () => {
    for (const name of ['80sec', '18pct', 'figure-1']) {
      const sides = inferShapes(buildNetwork(name, { classes: 10 }))
        .filter(({ spec }) => spec.type.endsWith('Pool'))
        .map(({ output }) => output.at(-1));
      assert.deepEqual(sides, [16, 8, 4], name);
    }
  });

  it("alexnet-32 has AlexNet's layers at a fiftieth of the work", () => {
    const [large, small] = ['alexnet', 'alexnet-32'].map((name) =>
      describeNetwork(buildNetwork(name, { classes: 10 })),
    );
    assert.deepEqual(
      small!.layers.map(({ name, type }) => [name, type]),
      large!.layers.map(({ name, type }) => [name, type]),
    );
    assert.ok(small!.multiplyAdds * 50 < large!.multiplyAdds);
  });
});
