/** Orders to a training: by a function, and by files in the folder of its run. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createCpuEngine } from '../../src/engine/cpu/engine.ts';
import { readRun } from '../../src/training/runRecord.ts';
import type { TrainingEvent } from '../../src/training/events.ts';
import { openOrderFiles, writeOrder } from '../../src/training/orderFiles.ts';
import { parseOrder, type OrderSource, type TrainingOrder } from '../../src/training/orders.ts';
import { runningProcess } from '../../src/training/runProcess.ts';
import type { TrainingOptions } from '../../src/training/trainingOptions.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { abortAfter, trainTiny, type TinyRun } from './tinyTraining.ts';

/** Gives orders when it is asked for the `at`-th time: after as many steps. */
function orderAt(at: number, ...orders: readonly TrainingOrder[]): OrderSource {
  let asked = 0;
  return () => (++asked === at ? orders : []);
}

const half: TrainingOrder = { type: 'learning-rate', learningRate: 0.025 };

function rates({ events }: TinyRun): number[] {
  return events.flatMap((event) =>
    event.type === 'progress' && event.phase === 'train' ? [event.learningRate!] : [],
  );
}

function weights(run: string): Buffer {
  return readFileSync(join(run, 'model.safetensors'));
}

/** The tensors of a model file: its header tells the options, which a resumed run may have otherwise. */
function tensorsOf(file: Buffer): Buffer {
  return file.subarray(8 + Number(file.readBigUInt64LE(0)));
}

test('a learning rate is changed from the next step on, and is told', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  const run = await trainTiny({ out, epochs: 2 }, { orders: orderAt(4, half) });
  assert.deepEqual(rates(run), [...Array(4).fill(0.05), ...Array(10).fill(0.025)]);
  const change = run.events.find((event) => event.type === 'learning-rate');
  const told = { epoch: 1, step: 5, globalStep: 5, before: 0.05, learningRate: 0.025 };
  assert.deepEqual(change, { type: 'learning-rate', ...told });
  assert.deepEqual((await readRun(out)).rateChanges, [change]);
});

test('a schedule goes on in proportion', async () => {
  const options: TrainingOptions = { out: false, epochs: 2, schedule: 'cosine' };
  const plain = await trainTiny(options);
  const changed = await trainTiny(options, {
    orders: orderAt(6, { type: 'learning-rate', learningRate: 0.1 }),
  });
  const factor = 0.1 / rates(plain)[6]!;
  assert.equal(rates(changed)[6], 0.1);
  rates(changed).forEach((rate, i) => {
    const expected = rates(plain)[i]! * (i < 6 ? 1 : factor);
    assert.ok(Math.abs(rate - expected) < 1e-15, `step ${i + 1}: ${rate}, expected ${expected}`);
  });
});

test('a rate that is set while the schedule grows is not passed', async () => {
  const options: TrainingOptions = { out: false, epochs: 2, schedule: 'one-cycle' };
  const plain = rates(await trainTiny(options));
  const order: TrainingOrder = { type: 'learning-rate', learningRate: 0.015 };
  const changed = rates(await trainTiny(options, { orders: orderAt(1, order) }));
  assert.ok(plain[1]! < 0.015 && Math.max(...plain) > 0.015, plain.join(' '));
  assert.deepEqual(
    changed.slice(1).map((rate) => rate <= 0.015),
    changed.slice(1).map(() => true),
  );
  assert.equal(changed[1], 0.015);
  assert.ok(changed.at(-1)! < 0.015);
});

test('a run with a changed rate that is interrupted and resumed has the same bits', async (context) => {
  const folder = temporaryFolder(context);
  const engine = await createCpuEngine({ target: 'wasm', threads: 1 });
  const [whole, parts, killed] = ['whole', 'parts', 'killed'].map((name) => join(folder, name));
  const options: TrainingOptions = { schedule: 'cosine', accumulate: 2 };
  await trainTiny({ ...options, out: whole! }, { engine, orders: orderAt(3, half) });
  const { signal, onEvent } = abortAfter(9);
  await trainTiny(
    { ...options, out: parts! },
    { engine, orders: orderAt(3, half), signal: signal!, onEvent: onEvent! },
  );
  await trainTiny({ resume: parts! }, { engine });
  assert.equal(tensorsOf(weights(parts!)).equals(tensorsOf(weights(whole!))), true);
  // As after kill -9: what a failing hook leaves is the checkpoint of the change.
  const fails = (): void => {
    throw new Error('killed');
  };
  let steps = 0;
  const onStep = (): void => (++steps === 6 ? fails() : undefined);
  await assert.rejects(
    trainTiny({ ...options, out: killed! }, { engine, orders: orderAt(3, half), onStep }),
    /killed/,
  );
  const resumed = await trainTiny({ resume: killed! }, { engine });
  assert.ok(resumed.events[0]?.type === 'start' && resumed.events[0].resumedFrom === 4);
  assert.equal(tensorsOf(weights(killed!)).equals(tensorsOf(weights(whole!))), true);
  assert.equal((await readRun(killed!)).rateChanges.length, 1);
  const plain = join(folder, 'plain');
  await trainTiny({ ...options, out: plain }, { engine });
  assert.equal(tensorsOf(weights(plain)).equals(tensorsOf(weights(whole!))), false);
});

test('a rate that is ordered together with a stop holds when the run goes on', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  const stopped = await trainTiny({ out }, { orders: orderAt(3, half, { type: 'stop' }) });
  assert.deepEqual(rates(stopped), Array(3).fill(0.05));
  const resumed = await trainTiny({ resume: out });
  assert.deepEqual(rates(resumed), Array(18).fill(0.025));
  assert.equal((await readRun(out)).rateChanges[0]?.globalStep, 4);
});

test('a run that an ordered rate has broken goes on at the rate that is given with --resume', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  const wrong: TrainingOrder = { type: 'learning-rate', learningRate: 1e30 };
  await assert.rejects(trainTiny({ out }, { orders: orderAt(4, wrong) }), {
    code: 'ALEX_TRAINING_NOT_FINITE',
    message: /with learning rate 1e\+30.*--resume RUN --lr 0\.05\.$/,
  });
  await assert.rejects(trainTiny({ resume: out }), { code: 'ALEX_TRAINING_NOT_FINITE' });
  // 0.05 is the run's own option: given again, it takes the place of what was ordered.
  const { signal, onEvent } = abortAfter(2);
  const mended = await trainTiny({ resume: out, learningRate: 0.05 }, { signal: signal!, onEvent: onEvent! });
  const change = mended.events.find((event) => event.type === 'learning-rate');
  const told = { epoch: 1, step: 5, globalStep: 5, before: 1e30, learningRate: 0.05 };
  assert.deepEqual(change, { type: 'learning-rate', ...told });
  assert.deepEqual(rates(mended), [0.05, 0.05]);
  const rest = await trainTiny({ resume: out, learningRate: 0.02 });
  assert.deepEqual(new Set(rates(rest)), new Set([0.02]));
  assert.equal(rest.interrupted, false);
  assert.deepEqual(
    (await readRun(out)).rateChanges.map(({ learningRate }) => learningRate),
    [1e30, 0.05, 0.02],
  );
});

test('the rate that is given to a resumed run holds after it was killed; its own changes nothing', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  await trainTiny({ out }, abortAfter(5));
  const same = await trainTiny({ resume: out, learningRate: 0.05 }, abortAfter(1));
  assert.equal(
    same.events.some(({ type }) => type === 'learning-rate'),
    false,
  );
  const onStep = (): void => {
    throw new Error('killed');
  };
  await assert.rejects(trainTiny({ resume: out, learningRate: 0.01 }, { onStep }), /killed/);
  assert.deepEqual(new Set(rates(await trainTiny({ resume: out }))), new Set([0.01]));
  await assert.rejects(trainTiny({ resume: out, learningRate: -1 }), { code: 'ALEX_OPTION_VALUE' });
});

test('with control a run takes orders from its folder: checkpoint, then stop', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  const seen: TrainingEvent[] = [];
  let given: Promise<void> | undefined;
  const order = async (): Promise<void> => {
    assert.deepEqual((await runningProcess(out))?.control, true);
    await writeOrder(out, { type: 'checkpoint' });
    await writeOrder(out, half);
    writeFileSync(join(out, 'orders/zzz.json'), '{"type":"explode"}');
  };
  const onEvent = (event: TrainingEvent): void => {
    seen.push(event);
    if (event.type === 'checkpoint' && seen.filter(({ type }) => type === 'checkpoint').length === 2)
      void writeOrder(out, { type: 'stop' });
  };
  const onStep = async (): Promise<void> => {
    given ??= order();
    await given;
    await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const outcome = await trainTiny({ out, control: true, epochs: 100_000 }, { onEvent, onStep });
  assert.equal(outcome.interrupted, true);
  const types = new Set(seen.map(({ type }) => type));
  assert.ok(types.has('learning-rate') && types.has('checkpoint'));
  const notices = seen.filter((event) => event.type === 'notice');
  assert.ok(
    notices.some(({ code, message }) => code === 'order' && message.includes('zzz.json was no order')),
  );
  assert.deepEqual(
    readdirSync(out).filter((name) => name === 'orders' || name === 'running.json'),
    [],
  );
  assert.equal(await runningProcess(out), undefined);
  // A run that is gone on with takes them as well.
  const stop = async (): Promise<void> => {
    await writeOrder(out, { type: 'stop' });
    await new Promise((resolve) => setTimeout(resolve, 50));
  };
  const resumed = await trainTiny({ resume: out, control: true, epochs: 100_000 }, { onStep: stop });
  assert.equal(resumed.interrupted, true);
});

test('an order that comes after the last step is told to have had no effect', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  let testing = false;
  const onEvent = ({ type }: TrainingEvent): void => void (testing ||= type === 'epoch');
  const orders: OrderSource = () => (testing ? [half] : []);
  const { events, interrupted } = await trainTiny({ out, epochs: 1 }, { orders, onEvent });
  const notices = events.filter((event) => event.type === 'notice').map(({ message }) => message);
  assert.match(notices.at(-1)!, /^an order \(learning-rate\) came after the last step/);
  assert.deepEqual([interrupted, (await readRun(out)).rateChanges], [false, []]);
});

test('a run is not resumed while it trains, with control or without', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  await trainTiny({ out, epochs: 1 }, abortAfter(3));
  for (const control of [true, false]) {
    const [config, events] = ['config.json', 'events.jsonl'].map((name) => join(out, name)) as [
      string,
      string,
    ];
    let tried: Promise<void> | undefined;
    const tryBeside = async (): Promise<void> => {
      const before = [config, events, join(out, 'running.json')].map((path) => readFileSync(path, 'utf8'));
      await assert.rejects(trainTiny({ resume: out, epochs: 9, control: true }), {
        code: 'ALEX_RUN_IN_USE',
        message: new RegExp(`: process ${process.pid} on .* trains in .*delete .*running\\.json`),
      });
      const after = [config, events, join(out, 'running.json')].map((path) => readFileSync(path, 'utf8'));
      assert.deepEqual(after, before);
      assert.equal(existsSync(join(out, 'orders')), control);
    };
    const first = abortAfter(1);
    const onStep = (): Promise<void> => (tried ??= tryBeside());
    await trainTiny({ resume: out, control }, { ...first, onStep });
    assert.ok(tried !== undefined);
  }
  // One that was killed has left its mark, and is no more.
  const dead = { pid: process.pid, host: hostname(), began: 'before', control: true };
  writeFileSync(join(out, 'running.json'), JSON.stringify(dead));
  assert.equal((await trainTiny({ resume: out })).interrupted, false);
});

test('a mark that is a pipe, or a link, says nothing and keeps nobody waiting', async (context) => {
  const folder = temporaryFolder(context);
  const marker = join(folder, 'running.json');
  const text = JSON.stringify({ pid: process.pid, host: hostname(), control: true });
  writeFileSync(marker, text);
  assert.equal((await runningProcess(folder))?.pid, process.pid);
  renameSync(marker, join(folder, 'elsewhere.json'));
  symlinkSync(join(folder, 'elsewhere.json'), marker);
  assert.equal(await runningProcess(folder), undefined);
  rmSync(marker);
  if (process.platform === 'win32') return;
  execFileSync('mkfifo', [marker]);
  assert.equal(await runningProcess(folder), undefined);
});

test('without control nothing is read', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  const orders = join(out, 'orders');
  const onStep = (): void => {
    mkdirSync(orders, { recursive: true });
    writeFileSync(join(orders, '1.json'), '{"type":"stop"}');
  };
  const outcome = await trainTiny({ out, epochs: 1 }, { onStep });
  assert.equal(outcome.interrupted, false);
  assert.ok(existsSync(join(orders, '1.json')));
  await assert.rejects(trainTiny({ out: false, control: true }), { code: 'ALEX_OPTION_VALUE' });
});

test('orders that were given to the training before are dropped, and what is no order is not followed', async (context) => {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, 'orders'));
  await writeOrder(folder, { type: 'stop' });
  const problems: string[] = [];
  const files = openOrderFiles(folder, (message) => problems.push(message));
  assert.deepEqual(files.source(), []);
  writeFileSync(join(folder, 'orders/a.json'), '{');
  writeFileSync(join(folder, 'orders/b.json'), `"${'x'.repeat(5000)}"`);
  mkdirSync(join(folder, 'orders/c.json'));
  await new Promise((resolve) => setTimeout(resolve, 220));
  assert.deepEqual(files.source(), []);
  assert.equal(problems.length, 3);
  assert.deepEqual(readdirSync(join(folder, 'orders')), []);
  for (const value of [
    null,
    1,
    [],
    {},
    { type: 'learning-rate' },
    { type: 'learning-rate', learningRate: -1 },
    { type: 'learning-rate', learningRate: '1' },
  ])
    assert.equal(parseOrder(value), undefined);
});
