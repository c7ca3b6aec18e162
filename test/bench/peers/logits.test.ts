/** The peers compute what we do: their times are of the same work. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Classifier } from '../../../bench/peers/classifier.ts';
import { openCpuEngine } from '../../../bench/peers/cpuEngine.ts';
import { onnxFile } from '../../../bench/peers/onnxFile.ts';
import { openOnnxruntime } from '../../../bench/peers/onnxruntime.ts';
import { peers } from '../../../bench/peers/peers.ts';
import { benchNetwork, randomImages, randomParameters } from '../../../bench/peers/randomNetwork.ts';
import { openTensorflow } from '../../../bench/peers/tensorflow.ts';

const count = 2;
/** Of the largest logit: what float32 in another order of additions may differ by. */
const tolerances = { onnxruntime: 1e-5, tensorflow: 1e-4 };

const noOnnxruntime = await peers.onnxruntime.missing();
const noTensorflow = await peers.tensorflow.missing();
const network = benchNetwork('alexnet');
const images = randomImages(network, count);

async function logitsOf(classifier: Classifier): Promise<Float32Array> {
  try {
    return (await (await classifier.prepare(images, count))()).slice();
  } finally {
    await classifier.close();
  }
}

describe('logits of AlexNet', { skip: noOnnxruntime && noTensorflow }, () => {
  const parameters = randomParameters(network);
  let ours: Float32Array;

  before(async () => {
    ours = await logitsOf(await openCpuEngine(network, parameters, { threads: 2 }));
  });

  function assertAgrees(theirs: Float32Array, tolerance: number): void {
    const largest = Math.max(...ours.map(Math.abs));
    assert.ok(largest > 0.1);
    assert.equal(theirs.length, ours.length);
    ours.forEach((value, index) => {
      assert.ok(
        Math.abs(theirs[index] - value) <= tolerance * largest,
        `${index}: ${theirs[index]}, ours ${value}`,
      );
    });
  }

  it('ONNX Runtime', { skip: noOnnxruntime }, async () => {
    const runtime = await openOnnxruntime(network, await onnxFile('alexnet'), 2);
    assertAgrees(await logitsOf(runtime), tolerances.onnxruntime);
  });

  it('TensorFlow.js', { skip: noTensorflow }, async () => {
    assertAgrees(await logitsOf(await openTensorflow(network, parameters, 1)), tolerances.tensorflow);
  });
});
