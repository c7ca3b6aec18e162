/** The 2012 network against a PyTorch model of the same layers: towers, response normalisation, 227 × 227. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { createCpuEngine } from '../../src/engine/cpu/engine.ts';
import type { ConvolutionChoice } from '../../src/engine/cpu/plan/builder.ts';
import { buildNetwork } from '../../src/network/zoo/networks.ts';
import { fillHashed, hashedTensor } from './hashedTensors.ts';
import { writeImages } from './images.ts';
import { assertAtMost, assertClose, assertSampled, type SampledTensor } from './sampledTensors.ts';

interface Golden {
  readonly stages: Readonly<Record<string, SampledTensor>>;
  readonly logits: readonly (readonly number[])[];
  readonly loss: number;
  readonly gradients: Readonly<Record<string, SampledTensor>>;
}

const golden = JSON.parse(
  readFileSync(new URL('../golden/alexnet-2012.json', import.meta.url), 'utf8'),
) as Record<'227' | '67', Golden>;
const tolerance = 1e-4;

async function check(side: 227 | 67, convolutions: ConvolutionChoice): Promise<void> {
  const network = buildNetwork('alexnet-2012', { classes: 10, inputSize: side });
  const { stages, logits: expectedLogits, loss: expectedLoss, gradients } = golden[side];
  const engine = await createCpuEngine({ convolutions });
  const program = await engine.compile(network, { batchSize: 2, training: true });
  try {
    fillHashed(network, { seed: 2012 }, (name, values) => program.writeParameter(name, values));
    writeImages(program.inputs[0]!, hashedTensor(2013, 0, 2 * 3 * side * side, 40));
    const logits = await program.forward();
    for (const [name, expected] of Object.entries(stages)) {
      assertSampled(`output of ${name}`, program.readActivation(name), expected, tolerance);
    }
    assertClose('logits', logits, expectedLogits.flat(), tolerance);
    const { loss } = await program.backward([3, 8]);
    assertAtMost(Math.abs(loss - expectedLoss), tolerance * expectedLoss, 'difference of losses');
    for (const [name, expected] of Object.entries(gradients)) {
      const gradient = program.readGradient(name);
      assert.equal(
        gradient.length,
        expected.shape.reduce((product, size) => product * size, 1),
      );
      assertSampled(`gradient of ${name}`, gradient, expected, tolerance);
    }
  } finally {
    await program.dispose();
  }
}

it('alexnet-2012 matches PyTorch: outputs, loss and gradients', () => check(227, 'direct'));

// Of small images: with a million activations, one or the other is so close to 0 that a rounding turns its ReLU.
it('alexnet-2012 matches PyTorch with Winograd', () => check(67, 'winograd'));
