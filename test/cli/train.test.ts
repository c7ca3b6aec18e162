import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { jsonLines, runAlexnet } from './runAlexnet.ts';

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alexnet-train-'));
});

after(() => rm(folder, { recursive: true }));

const small = ['train', 'alexnet-32', '--dataset', 'shapes', '--batch-size', '16', '--initialization', 'he'];

test("train prints the article's lines, and tells people the rest on standard error", async () => {
  const args = [...small, '--limit-train', '64', '--limit-test', '40', '--log-every', '2', '--epochs', '2'];
  const { code, stdout, stderr } = await runAlexnet(args, { cwd: folder });
  assert.equal(code, 0, stderr);
  const line = (epoch: number, step: number): string => `\\[${epoch},     ${step}\\] loss: \\d\\.\\d{3}\n`;
  const lines = line(1, 2) + line(1, 4) + line(2, 2) + line(2, 4);
  assert.match(
    stdout,
    new RegExp(`^${lines}Finished Training\nAccuracy of the network on the 40 test images: \\d+ %\n$`),
  );
  assert.match(stderr, /alexnet-32 \(717,530 parameters\) on shapes: 64 images to train, 40 to test/);
  assert.match(stderr, /alexnet test runs\/alexnet-32-shapes\n/);
  const tested = await runAlexnet(['test', 'runs/alexnet-32-shapes', '--limit-test', '40'], { cwd: folder });
  const accuracy = /Accuracy of the network on the 40 test images: \d+ %/;
  assert.equal(
    tested.stdout.match(accuracy)?.[0],
    stdout.match(accuracy)?.[0],
    'the saved model, on its own data',
  );
});

test('train --json tells events only, the same as the run folder keeps', async () => {
  const args = [...small, '--limit-train', '48', '--limit-test', '20', '--log-every', '1', '--json'];
  const { code, stdout } = await runAlexnet([...args, '--out', 'json'], { cwd: folder });
  assert.equal(code, 0);
  const events = jsonLines(stdout);
  assert.deepEqual(
    events.map((event) => event['type']),
    ['start', 'watch', 'step', 'step', 'step', 'epoch', 'checkpoint', 'result'],
  );
  assert.deepEqual(events, jsonLines(await readFile(join(folder, 'json', 'events.jsonl'), 'utf8')));
  const config = JSON.parse(await readFile(join(folder, 'json', 'config.json'), 'utf8')) as object;
  assert.deepEqual(
    { ...config },
    {
      ...config,
      network: 'alexnet-32',
      dataset: 'shapes',
      initialization: 'he',
      batchSize: 16,
      limitTrain: 48,
      limitTest: 20,
      logEvery: 1,
      learningRate: 0.001,
      momentum: 0.9,
      shuffle: true,
      epochs: 1,
    },
  );
});

test('every option of the recipe reaches the configuration', async () => {
  const options = {
    '--lr': '0.02',
    '--momentum': '0.5',
    '--weight-decay': '1e-4',
    '--seed': '7',
    '--dropout': '0.1',
  };
  const args = [
    ...small,
    '--no-shuffle',
    '--workers',
    '0',
    '--threads',
    '1',
    '--limit-train',
    '16',
    '--limit-test',
    '10',
  ];
  const { code, stderr } = await runAlexnet([...args, ...Object.entries(options).flat(), '--out', 'all'], {
    cwd: folder,
  });
  assert.equal(code, 0, stderr);
  const config = JSON.parse(await readFile(join(folder, 'all', 'config.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  const { learningRate, momentum, weightDecay, seed, dropout, shuffle, workers, threads } = config;
  assert.deepEqual(
    { learningRate, momentum, weightDecay, seed, dropout, shuffle, workers, threads },
    {
      learningRate: 0.02,
      momentum: 0.5,
      weightDecay: 1e-4,
      seed: 7,
      dropout: 0.1,
      shuffle: false,
      workers: 0,
      threads: 1,
    },
  );
});

test('a recipe can be printed, edited and passed back; what is given comes first', async () => {
  const printed = await runAlexnet(['train', '--recipe', 'paper', '--print-config', '--lr', '0.02'], {
    cwd: folder,
  });
  assert.deepEqual([printed.code, printed.stderr], [0, '']);
  await writeFile(join(folder, 'my.json'), printed.stdout.replace('"plateau"', '"cosine"'));
  const args = [
    'train',
    'alexnet-32',
    '--config',
    'my.json',
    '--print-config',
    '--validation',
    'none',
    '--json',
  ];
  const again = await runAlexnet([...args, '--no-shuffle', '--step-epochs', '3,5'], { cwd: folder });
  const [config] = jsonLines(again.stdout);
  const expected = JSON.parse(printed.stdout) as object;
  assert.deepEqual(config, {
    ...expected,
    network: 'alexnet-32',
    schedule: 'cosine',
    validation: null,
    shuffle: false,
    stepEpochs: [3, 5],
  });
  await writeFile(join(folder, 'wrong.json'), '{ "learningrate": 1 }');
  const wrong = await runAlexnet(['train', '--config', 'wrong.json'], { cwd: folder });
  assert.deepEqual([wrong.code, wrong.stdout], [2, '']);
  assert.match(
    wrong.stderr,
    /^ALEX_CONFIG_KEY: wrong\.json has "learningrate".*\nDid you mean "learningRate"\?/,
  );
});

test('validation is told, and ends the training', async () => {
  const args = [
    ...small,
    '--limit-train',
    '64',
    '--limit-test',
    '20',
    '--validation',
    '0.25',
    '--epochs',
    '3',
  ];
  const { stdout, stderr, code } = await runAlexnet(
    [...args, '--lr', '1e-9', '--patience', '1', '--out', 'validated'],
    {
      cwd: folder,
    },
  );
  assert.equal(code, 0, stderr);
  assert.match(stderr, /48 images to train, 16 to validate, 20 to test/);
  assert.match(stderr, /validation after epoch 1: loss \d\.\d{3}, accuracy \d+\.\d%, the best so far/);
  assert.match(stdout, /^Finished Training\nAccuracy of the network on the 20 test images/m);
  await stat(join(folder, 'validated', 'best.safetensors'));
});

test(
  'Ctrl-C ends with 130 and a checkpoint; --resume goes on to the same weights',
  { timeout: 60_000 },
  async () => {
    const args = [...small, '--limit-train', '800', '--limit-test', '20', '--log-every', '1', '--seed', '3'];
    const interrupted = await runAlexnet([...args, '--out', 'stopped', '--json'], {
      cwd: folder,
      when: { text: '"step":5,', act: (child) => child.kill('SIGINT') },
    });
    assert.equal(interrupted.code, 130, interrupted.stderr);
    assert.match(interrupted.stderr, /writing a checkpoint/);
    assert.match(interrupted.stderr, /alexnet train --resume stopped/);
    const checkpoint = jsonLines(interrupted.stdout).at(-1)!;
    assert.equal(checkpoint['type'], 'checkpoint');
    assert.ok((checkpoint['step'] as number) < 50, 'it did not run to its end');
    await stat(join(folder, 'stopped', 'checkpoint.safetensors'));

    const resumed = await runAlexnet(['train', '--resume', 'stopped', '--json'], { cwd: folder });
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.equal(jsonLines(resumed.stdout)[0]!['resumedFrom'], checkpoint['step']);
    const whole = await runAlexnet([...args, '--out', 'whole'], { cwd: folder });
    assert.equal(whole.code, 0, whole.stderr);
    const model = (run: string): Promise<Buffer> => readFile(join(folder, run, 'model.safetensors'));
    assert.ok((await model('stopped')).equals(await model('whole')), 'the same bytes');
  },
);

test('a second Ctrl-C ends at once', { timeout: 60_000 }, async () => {
  const args = [
    ...small,
    '--limit-test',
    '20',
    '--log-every',
    '1',
    '--engine',
    'reference',
    '--batch-size',
    '64',
  ];
  const { code, stdout } = await runAlexnet([...args, '--out', 'twice', '--json'], {
    cwd: folder,
    when: {
      text: '"type":"start"',
      act: (child) => {
        child.stderr!.once('data', () => child.kill('SIGINT'));
        child.kill('SIGINT');
      },
    },
  });
  assert.equal(code, 130);
  assert.deepEqual(
    jsonLines(stdout).map((event) => event['type']),
    ['start'],
    'it did not wait for the step',
  );
});

test('what cannot be resumed, or would be overwritten, is refused', async () => {
  const other = await runAlexnet(['train', 'alexnet', '--resume', 'json'], { cwd: folder });
  assert.match(other.stderr, /^ALEX_RESUME_DIFFERS: .*network/);
  assert.notEqual(other.code, 0);
  const nothing = await runAlexnet(['train', '--resume', 'nowhere'], { cwd: folder });
  assert.match(nothing.stderr, /^ALEX_RESUME_MISSING: /);
  const taken = await runAlexnet([...small, '--limit-train', '16', '--out', 'json'], { cwd: folder });
  assert.match(taken.stderr, /^ALEX_RUN_EXISTS: /);
});

test('the demo trains, saves, tries its model and names the next command', async () => {
  const args = ['demo', '--epochs', '1', '--limit-train', '64', '--limit-test', '20'];
  const { code, stdout, stderr } = await runAlexnet([...args, '--out', 'demo'], { cwd: folder });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /alexnet-32 on "shapes"/);
  assert.match(stdout, /Accuracy of the network on the 20 test images: \d+ %/);
  assert.equal(stdout.match(/^test image \d: a \w+; the network says \w+, (right|wrong)$/gm)?.length, 6);
  assert.match(stderr, /npx alexnet test demo/);
  await stat(join(folder, 'demo', 'model.safetensors'));
});

test('bench --json prints one object', async () => {
  const args = [
    'bench',
    'infer',
    '--network',
    'alexnet-32',
    '--batch-size',
    '2',
    '--rounds',
    '3',
    '--threads',
    '1',
  ];
  const { code, stdout } = await runAlexnet([...args, '--json']);
  assert.equal(code, 0);
  const [result, ...more] = jsonLines(stdout);
  assert.equal(more.length, 0);
  assert.match(result!['peer'] as string, /^alexnet \(cpu (x64-avx(512|2)|wasm-(256|128))\)$/);
  assert.deepEqual([result!['mode'], result!['batch'], result!['threads']], ['infer', 2, 1]);
  const { min, median, max } = result!['imagesPerSecond'] as { min: number; median: number; max: number };
  assert.ok(0 < min && min <= median && median <= max);
  assert.ok((result!['peakBytes'] as number) > 20e6);
});
