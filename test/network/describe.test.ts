import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeNetwork } from '../../src/network/describe.ts';
import { buildNetwork } from '../../src/network/zoo/networks.ts';

describe('describeNetwork', () => {
  it("counts torchvision's AlexNet as torchvision does", () => {
    assert.equal(describeNetwork(buildNetwork('alexnet', { classes: 10 })).parameters, 57_044_810);
    const imagenet = describeNetwork(buildNetwork('alexnet', { classes: 1000 }));
    assert.equal(imagenet.parameters, 61_100_840);
    // torchvision's published weights: 0.71 GFLOPS, counting a multiply-add as one.
    assert.equal((imagenet.multiplyAdds / 1e9).toFixed(2), '0.71');
    assert.equal(imagenet.memory.parameterBytes, 244_403_360);
  });

  it('adds up what the layers say', () => {
    const { layers, parameters, multiplyAdds } = describeNetwork(buildNetwork('alexnet-32', { classes: 10 }));
    assert.equal(
      layers.reduce((sum, layer) => sum + layer.parameters, 0),
      parameters,
    );
    assert.equal(
      layers.reduce((sum, layer) => sum + layer.multiplyAdds, 0),
      multiplyAdds,
    );
  });

  it('counts the input and every output as activations', () => {
    const network = {
      name: 'small',
      input: { channels: 3, height: 8, width: 8 },
      layers: [
        { type: 'conv', name: 'conv', outChannels: 4, kernelSize: 3 },
        { type: 'flatten', name: 'flatten' },
        { type: 'linear', name: 'linear', outFeatures: 10 },
      ],
    } as const;
    const { memory } = describeNetwork(network);
    assert.equal(memory.activationBytesPerImage, 4 * (3 * 8 * 8 + 4 * 6 * 6 + 4 * 6 * 6 + 10));
  });

  it('lists the tensors in state_dict order', () => {
    const { tensors } = describeNetwork(buildNetwork('alexnet', { classes: 10 }));
    assert.deepEqual(tensors[0], { name: 'features.0.weight', shape: [64, 3, 11, 11] });
    assert.deepEqual(tensors[1], { name: 'features.0.bias', shape: [64] });
    assert.deepEqual(tensors.at(-2), { name: 'classifier.6.weight', shape: [10, 4096] });
    assert.equal(tensors.length, 16);
  });
});
