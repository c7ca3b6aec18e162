/** Each diagnosis on a training that was really made to have its fault, and none on one that has none. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { DiagnosisName } from '../../src/diagnosis/diagnosis.ts';
import { diagnoseRun, type RunDiagnosis } from '../../src/diagnosis/diagnoseRun.ts';
import { createCpuEngine } from '../../src/engine/cpu/engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { Suspect } from '../../src/diagnosis/labelNoise.ts';
import { train } from '../../src/training/train.ts';
import type { TrainingOptions } from '../../src/training/trainingOptions.ts';
import { clean, runs, type RunName } from './faultyRuns.ts';

function names({ findings }: RunDiagnosis): DiagnosisName[] {
  return findings.map(({ name }) => name);
}

function valuesOf({ findings }: RunDiagnosis, name: DiagnosisName): Record<string, unknown> {
  return findings.find((finding) => finding.name === name)!.values;
}

describe('the doctor', () => {
  const folder = mkdtempSync(join(tmpdir(), 'alexnet-test-'));
  let engine: Engine;
  before(async () => {
    engine = await createCpuEngine({ threads: 1 });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function diagnosed(name: RunName): Promise<RunDiagnosis> {
    const out = join(folder, name.replaceAll(/\W/g, '-'));
    const options: TrainingOptions = runs[name];
    await train({ ...options, out }, { engine }).catch((error: { code: string }) =>
      assert.equal(error.code, 'ALEX_TRAINING_NOT_FINITE'),
    );
    return diagnoseRun(out, { engine, dataset: options.dataset ?? undefined });
  }

  it('finds nothing wrong with what npm start trains', async () => {
    const diagnosis = await diagnosed('healthy');
    assert.deepEqual(names(diagnosis), []);
    assert.equal(diagnosis.examined, 1000);
  });

  it('tells a training that has diverged, from the failure alone', async () => {
    const diagnosis = await diagnosed('rate × 100');
    assert.deepEqual(names(diagnosis), ['divergence', 'learning-rate-high']);
    assert.match(diagnosis.notExamined!, /checkpoint/);
    const { globalStep } = valuesOf(diagnosis, 'divergence');
    assert.equal(globalStep, diagnosis.run.failure!.globalStep);
  });

  it('tells a rate that is too high by its updates, and units that have died of it', async () => {
    const diagnosis = await diagnosed('rate × 10');
    assert.ok(names(diagnosis).includes('learning-rate-high'));
    assert.ok(names(diagnosis).includes('dead-units'));
    const advice = diagnosis.findings.flatMap((finding) => finding.advice.map(({ en }) => en)).join();
    assert.doesNotMatch(advice, /larger learning rate/);
    const { layers } = valuesOf(diagnosis, 'dead-units') as { layers: { dead: number }[] };
    assert.ok(layers.every(({ dead }) => dead >= 0.5 && dead <= 1));
  });

  it('tells a rate that is too low', async () => {
    assert.deepEqual(names(await diagnosed('rate / 1000')), ['learning-rate-low']);
  });

  it('tells a loss at ln(classes), and why it is there', async () => {
    const diagnosis = await diagnosed("the article's first weights and rate");
    assert.deepEqual(names(diagnosis), ['loss-at-chance']);
    assert.match(diagnosis.findings[0]!.advice[0]!.en, /--initialization he/);
  });

  it('tells overfitting', async () => {
    assert.deepEqual(names(await diagnosed('few images, many epochs')), ['overfitting']);
  });

  it('tells wrong labels, and which they are', async () => {
    const diagnosis = await diagnosed('a fifth of the labels flipped');
    assert.deepEqual(names(diagnosis), ['label-noise']);
    const { suspects } = valuesOf(diagnosis, 'label-noise') as { suspects: Suspect[] };
    const { labels, classes } = runs['a fifth of the labels flipped'].dataset.train;
    const flipped = [...labels.keys()].filter((i) => labels[i] !== clean.train.labels[i]);
    const found = suspects.filter(({ index }) => flipped.includes(index));
    assert.ok(found.length > 0.7 * flipped.length, `${found.length} of ${flipped.length}`);
    assert.ok(found.length > 0.9 * suspects.length, `${found.length} of ${suspects.length} suspects`);
    assert.ok(found.every(({ index, label }) => label === classes[labels[index]!]));
  });

  it('tells unbalanced classes', async () => {
    const diagnosis = await diagnosed('a class twenty times as rare');
    assert.deepEqual(names(diagnosis), ['unbalanced-classes']);
    const { classCounts } = valuesOf(diagnosis, 'unbalanced-classes');
    const { labels, classes } = runs['a class twenty times as rare'].dataset.train;
    const counts = classes.map((name, label) => [name, labels.filter((own) => own === label).length]);
    assert.deepEqual(classCounts, Object.fromEntries(counts));
  });

  it('tells that loading images is the bottleneck', async () => {
    const diagnosis = await diagnosed('images that take long to load');
    assert.ok(names(diagnosis).includes('data-loading'), names(diagnosis).join());
    const { waitShare } = valuesOf(diagnosis, 'data-loading') as { waitShare: number };
    assert.ok(waitShare > 0.3 && waitShare <= 1, String(waitShare));
  });

  it('refuses a folder that is no run', async () => {
    await assert.rejects(diagnoseRun(folder), { code: 'ALEX_RUN_UNREADABLE' });
  });
});
