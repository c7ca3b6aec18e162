import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeNetwork } from '../../../src/network/describe.ts';
import { inferShapes } from '../../../src/network/shapes.ts';
import { buildNetwork, networkNames } from '../../../src/network/zoo/networks.ts';

describe('buildNetwork', () => {
  it('names the networks there are when asked for another', () => {
    for (const name of ['alexnett', 'toString', '']) {
      assert.throws(() => buildNetwork(name, { classes: 10 }), {
        code: 'ALEX_NETWORK_UNKNOWN',
        message: /alexnet, alexnet-32/,
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
        [0.25, 0.25],
      );
    });

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

  it("gives alexnet-32 AlexNet's layers at a fiftieth of the work", () => {
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
