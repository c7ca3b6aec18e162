import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImageBuffer, Program } from '../../src/engine/engine.ts';
import { createReferenceEngine } from '../../src/engine/reference/engine.ts';
import { copyImages, type BatchSource, type ImageBatch } from '../../src/model/imageBatch.ts';
import { inputPlacement } from '../../src/model/inputPlacement.ts';
import { tinyBatch, tinyNetwork } from './tinyNetwork.ts';

/** A pass over a loader that writes down what it is offered. */
function recordingSource() {
  const offers: (readonly ImageBuffer[])[] = [];
  let leave = () => {};
  const source: BatchSource = {
    adopt(buffers, onEnd) {
      offers.push(buffers);
      leave = onEnd;
      return true;
    },
  };
  return { source, offers, end: () => leave() };
}

function program(): Promise<Program> {
  return createReferenceEngine().compile(tinyNetwork, { batchSize: 4, training: false, inputSlots: 3 });
}

test('a batch is copied to slot 0 and its pass offered the other slots', async () => {
  const compiled = await program();
  const place = inputPlacement();
  const { source, offers } = recordingSource();
  const { inputs } = tinyBatch(4, 0);
  assert.equal(place({ ...inputs, source }, compiled), 0);
  assert.deepEqual(compiled.inputs[0].data, inputs.buffer.data);
  assert.deepEqual(offers, [compiled.inputs.slice(1)]);
});

test('a batch that lies in a slot stays there', async () => {
  const compiled = await program();
  const inPlace: ImageBatch = { ...tinyBatch(4, 0).inputs, buffer: compiled.inputs[2] };
  assert.equal(inputPlacement()(inPlace, compiled), 2);
});

test('one pass at a time has the slots', async () => {
  const compiled = await program();
  const place = inputPlacement();
  const first = recordingSource();
  const second = recordingSource();
  const { inputs } = tinyBatch(4, 0);
  place({ ...inputs, source: first.source }, compiled);
  place({ ...inputs, source: second.source }, compiled);
  assert.equal(second.offers.length, 0);
  first.end();
  place({ ...inputs, source: second.source }, compiled);
  assert.equal(second.offers.length, 1);
});

test('images are copied between layouts', () => {
  const { buffer } = tinyBatch(2, 0).inputs; // [N, C, H, W]
  const offset = 5;
  const interleaved: ImageBuffer = {
    data: new Float32Array(offset + 2 * 8 * 10 * 4),
    offset,
    strides: { image: 8 * 10 * 4, channel: 1, row: 10 * 4, column: 4 },
    shape: [2, 3, 8, 8],
  };
  copyImages(buffer, interleaved, 2);
  for (let n = 0; n < 2; n++) {
    for (let c = 0; c < 3; c++) {
      for (let y = 0; y < 8; y++) {
        for (let x = 0; x < 8; x++) {
          const copied = interleaved.data[offset + ((n * 8 + y) * 10 + x) * 4 + c];
          assert.equal(copied, buffer.data[((n * 3 + c) * 8 + y) * 8 + x]);
        }
      }
    }
  }
});
