/** Grad-CAM, occlusion, features and neighbours as PyTorch computes them from the same weights: test/golden/explain.py. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import {
  features,
  imageFeatures,
  metrics,
  nearestNeighbours,
  type Metric,
} from '../../src/explain/features.ts';
import { gradCam } from '../../src/explain/gradCam.ts';
import { occlusion } from '../../src/explain/occlusion.ts';
import type { Subject } from '../../src/explain/subject.ts';
import { assertAtMost, assertClose, assertSampled, type SampledTensor } from '../engine/sampledTensors.ts';
import { goldenDataset, goldenImage, goldenSubject } from './goldenSubject.ts';

interface Golden {
  readonly best: number;
  readonly gradCam: readonly {
    readonly layer: string;
    readonly class: number;
    readonly logit: number;
    readonly weights: SampledTensor;
    readonly coarse: SampledTensor;
    readonly map: SampledTensor;
  }[];
  readonly occlusion: readonly {
    readonly class: number;
    readonly size: number;
    readonly stride: number;
    readonly tops: readonly number[];
    readonly probability: number;
    readonly places: readonly number[];
    readonly drop: SampledTensor;
  }[];
  readonly neighbours: { readonly layer: string; readonly features: SampledTensor } & Readonly<
    Record<Metric, { readonly order: readonly number[]; readonly distances: readonly number[] }>
  >;
}

const golden = JSON.parse(readFileSync(new URL('../golden/explain.json', import.meta.url), 'utf8')) as Record<
  'alexnet-32' | 'alexnet-32-bn',
  Golden
>;
const tolerance = 1e-4;

for (const name of ['alexnet-32', 'alexnet-32-bn'] as const) {
  const expected = golden[name];
  describe(`${name} as PyTorch has it`, () => {
    let subject: Subject;
    before(async () => {
      subject = await goldenSubject(name);
    });
    after(() => subject.close());

    it('Grad-CAM, of the best class and of others, of the last convolution and of an earlier one', async () => {
      const asked = [{}, { class: 3 }, { class: 7, layer: expected.gradCam[2]!.layer }];
      for (const [i, one] of expected.gradCam.entries()) {
        const found = await gradCam(subject, goldenImage(0), asked[i]);
        assert.deepEqual([found.class, found.layer], [one.class, one.layer]);
        assertAtMost(
          Math.abs(found.logit - one.logit),
          tolerance * Math.abs(one.logit),
          'difference of logits',
        );
        assertSampled('weights', found.weights, one.weights, tolerance);
        assertSampled('coarse map', found.coarse.values, one.coarse, tolerance);
        assertSampled('map', found.map.values, one.map, tolerance);
      }
    });

    it('occlusion, with a last step that is shorter, and with gaps between squares', async () => {
      const asked = [
        { size: 8, stride: 5 },
        { class: 3, size: 5, stride: 9 },
      ];
      for (const [i, one] of expected.occlusion.entries()) {
        const found = await occlusion(subject, goldenImage(0), asked[i]);
        assert.deepEqual([found.class, found.tops, found.lefts], [one.class, one.tops, one.tops]);
        assertAtMost(
          Math.abs(found.probability - one.probability),
          tolerance * one.probability,
          'probability',
        );
        assertClose('places', found.places.values, one.places, tolerance);
        // Differences of probabilities: what counts is how precise these are.
        assertClose(
          'drop',
          one.drop.at.map((at) => found.drop.values[at]!),
          one.drop.values,
          tolerance,
          one.drop.at.map(() => one.probability),
        );
      }
    });

    it('features, their distances and the order of neighbours', async () => {
      const { layer, features: values, ...distances } = expected.neighbours;
      const found = await features(subject, goldenDataset(), { workers: 0 });
      assert.deepEqual([found.layer, found.dimensions], [layer, 512]);
      assertSampled('features', found.values, values, tolerance);
      const query = await imageFeatures(subject, [goldenImage(0)]);
      for (const metric of metrics) {
        const near = nearestNeighbours(found, query, { metric, count: 11, except: 0 });
        assert.deepEqual(
          near.map(({ index }) => index),
          distances[metric].order,
        );
        for (const { index, label, distance } of near) {
          const wanted = distances[metric].distances[index]!;
          assert.equal(label, index);
          // Of a cosine near 1 little is left: its own precision counts.
          const scale = metric === 'cosine' ? 1 - wanted : wanted;
          assertAtMost(Math.abs(distance - wanted), tolerance * scale, `${metric} distance of ${index}`);
        }
      }
    });
  });
}
