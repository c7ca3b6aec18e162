/** Runs as they go on, told to pages: many runs and pages, resumed and replaced files, and a real training that is ordered about. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { readAppended, readPieces } from '../../src/serve/eventTail.ts';
import type {
  Diagnosed,
  JobMessage,
  LiveMessage,
  RunDetails,
  RunSummary,
  WrittenReport,
} from '../../src/serve/protocol.ts';
import { advanced, noProgress, summaryOf } from '../../src/serve/runProgress.ts';
import type { TrainingEvent } from '../../src/training/events.ts';
import { recipes } from '../../src/training/recipes/recipes.ts';
import { readRun } from '../../src/training/runRecord.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { startOf, stepAt, writeRun } from '../report/runFiles.ts';
import { trainedRun } from '../report/trainedRun.ts';
import { messagesOf, testServer, token, type TestServer } from './studioServer.ts';

const result = {
  type: 'result',
  accuracy: 0.75,
  top5: 1,
  loss: 1,
  correct: 3,
  total: 4,
  perClass: [],
  confusion: [],
};
const failure = { type: 'failure', code: 'ALEX_TRAINING_NOT_FINITE', message: 'no number', globalStep: 3 };

function line(event: object): string {
  return `${JSON.stringify(event)}\n`;
}

/** A connection to the live stream, and what has come over it. */
async function listen(
  { ask }: TestServer,
  context: TestContext,
  query = '',
): Promise<{ wait(until: (messages: readonly LiveMessage[]) => boolean): Promise<LiveMessage[]> }> {
  const controller = new AbortController();
  context.after(() => controller.abort());
  const response = await ask(`/api/live${query}`, { signal: controller.signal });
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  const messages: LiveMessage[] = [];
  const waiting = new Set<() => void>();
  void messagesOf<LiveMessage>(response, (all) => {
    messages.splice(0, messages.length, ...all);
    for (const check of waiting) check();
    return false;
  }).catch(() => {});
  return {
    wait: (until) => {
      const { promise, resolve } = Promise.withResolvers<LiveMessage[]>();
      const check = (): void => {
        if (!until(messages)) return;
        waiting.delete(check);
        resolve([...messages]);
      };
      waiting.add(check);
      check();
      return promise;
    },
  };
}

function eventsIn(messages: readonly LiveMessage[], run: string): TrainingEvent[] {
  return messages.flatMap((message) =>
    message.type === 'events' && message.run === run ? message.events : [],
  );
}

function lastRuns(messages: readonly LiveMessage[]): readonly RunSummary[] {
  return messages.findLast((message) => message.type === 'runs')?.runs ?? [];
}

test('runs are listed with their states, wherever they are in the folder, also those that come later', async (context) => {
  const server = await testServer(context);
  const { runs, ask } = server;
  const page = await listen(server, context);
  assert.deepEqual(lastRuns(await page.wait((all) => all.length > 0)), [], 'there is no such folder yet');
  writeRun(join(runs, 'ended'), {}, [startOf(0), stepAt(1, 10, 2), stepAt(2, 10, 1), result]);
  utimesSync(join(runs, 'ended/config.json'), 5, 5);
  writeRun(join(runs, 'sweep/failed'), { network: 'alexnet-32' }, [
    startOf(0),
    stepAt(1, 3, 2.5, 0.4),
    failure,
  ]);
  writeRun(join(runs, 'stopped'), {}, [
    startOf(0),
    stepAt(1, 5, 2),
    { type: 'checkpoint', epoch: 1, step: 7, path: 'x' },
  ]);
  const alive = writeRun(join(runs, 'alive'), {}, [startOf(0), stepAt(1, 4, 2.1)]);
  writeFileSync(
    join(alive, 'running.json'),
    JSON.stringify({ pid: process.pid, host: hostname(), control: true }),
  );
  const dead = writeRun(join(runs, 'killed'), {}, [startOf(0)]);
  writeFileSync(
    join(dead, 'running.json'),
    JSON.stringify({ pid: process.pid, host: hostname(), began: 'before', control: true }),
  );
  writeRun(join(runs, 'broken'), {}, []);
  writeFileSync(join(runs, 'broken/config.json'), '{');
  const listed = lastRuns(await page.wait((all) => lastRuns(all).length === 6));
  assert.deepEqual(
    listed.map(({ id, state, control, step }) => [id, state, control, step]),
    [
      ['alive', 'running', true, 4],
      ['broken', 'failed', false, 0],
      ['ended', 'ended', false, 20],
      ['killed', 'interrupted', false, 0],
      ['stopped', 'interrupted', false, 7],
      ['sweep/failed', 'failed', false, 3],
    ],
  );
  const ended = listed[2]!;
  assert.deepEqual(
    [ended.network, ended.steps, ended.loss, ended.accuracy, ended.startedAt],
    ['small', 20, 1, { value: 0.75, on: 'test' }, 5000],
  );
  assert.match(listed[1]!.problem!, /no JSON/);
  const details = (await (await ask('/api/runs/sweep%2Ffailed')).json()) as RunDetails;
  assert.equal(details.config.network, 'alexnet-32');
  assert.deepEqual(
    details.events.map(({ type }) => type),
    ['start', 'step', 'failure'],
  );
  const compared = await (await ask('/api/compare?run=ended&run=sweep%2Ffailed')).json();
  assert.deepEqual(compared, {
    runs: ['ended', 'sweep/failed'],
    differences: [{ option: 'network', values: ['alexnet', 'alexnet-32'] }],
  });
});

test('the learning rate of a run is known before its first step, and what it was changed to', () => {
  const config = { ...recipes.article, learningRate: 0.2 };
  const rateAfter = (...events: readonly TrainingEvent[]): number | undefined =>
    summaryOf({ id: 'a', path: '/a', startedAt: 0 }, config, events.reduce(advanced, noProgress), undefined)
      .learningRate;
  const change = { epoch: 1, step: 6, globalStep: 6, before: 0.2, learningRate: 0.05 } as const;
  assert.equal(rateAfter(startOf(0)), 0.2);
  assert.equal(rateAfter(startOf(0), { type: 'learning-rate', ...change }), 0.05);
  assert.equal(rateAfter(startOf(0), { type: 'learning-rate', ...change }, stepAt(1, 6, 2, 0.04)), 0.04);
});

test('events come as they are written, to many pages, each from where it was', async (context) => {
  const server = await testServer(context);
  const run = writeRun(join(server.runs, 'a'), {}, [startOf(0), stepAt(1, 1, 3)]);
  const file = join(run, 'events.jsonl');
  const pages = await Promise.all(Array.from({ length: 12 }, () => listen(server, context, '?run=a')));
  await Promise.all(pages.map((page) => page.wait((all) => eventsIn(all, 'a').length === 2)));
  // A line that is half written waits for its end.
  appendFileSync(file, line(stepAt(1, 2, 2.9)) + '{"type":"step","epo');
  const seen = await pages[0]!.wait((all) => eventsIn(all, 'a').length === 3);
  const cursor = seen.findLast((message) => message.type === 'events')!.cursor;
  appendFileSync(file, `ch":1,"step":3,"loss":2.8,"learningRate":0.1,"imagesPerSecond":9}\n`);
  for (const page of pages) {
    const events = eventsIn(await page.wait((all) => eventsIn(all, 'a').length === 4), 'a');
    assert.deepEqual(
      events.map((event) => event.type === 'step' && event.step),
      [false, 1, 2, 3],
    );
  }
  const late = await listen(server, context, `?run=${encodeURIComponent(`a@${cursor}`)}`);
  const rest = eventsIn(await late.wait((all) => eventsIn(all, 'a').length > 0), 'a');
  assert.deepEqual(
    rest.map((event) => event.type === 'step' && event.step),
    [3],
  );
  // Cut off and written anew, as by another run in the folder: all begins again.
  writeFileSync(file, line(startOf(0)));
  for (const page of [...pages, late]) {
    const messages = await page.wait((all) =>
      all.some((message) => message.type === 'events' && message.reset),
    );
    const reset = messages.findLast((message) => message.type === 'events')!;
    assert.deepEqual(
      reset.events.map(({ type }) => type),
      ['start'],
    );
  }
  rmSync(run, { recursive: true });
  await late.wait((all) => lastRuns(all).length === 0);
});

test('a line longer than any event harms nobody', async (context) => {
  const path = join(temporaryFolder(context), 'events.jsonl');
  writeFileSync(path, `{"type":"notice","message":"${'x'.repeat(5 << 20)}\n${line(startOf(0))}`);
  const pieces = await Array.fromAsync(readPieces(path, ''));
  const { to } = pieces.at(-1)!;
  assert.deepEqual(
    pieces.flatMap(({ events }) => events.map(({ type }) => type)),
    ['start'],
  );
  assert.deepEqual((await readAppended(path, to)).events, []);
  const nonsense = await readAppended(path, 'nonsense');
  assert.deepEqual([nonsense.reset, nonsense.events.length, nonsense.more], [true, 0, true]);
});

test('a run that took the place of another is not taken for it', async (context) => {
  const server = await testServer(context);
  const run = join(server.runs, 'a');
  writeRun(run, { learningRate: 0.5 }, [startOf(0), stepAt(1, 1, 3)]);
  const page = await listen(server, context, '?run=a');
  await page.wait((all) => eventsIn(all, 'a').length === 2);
  // ext4 gives the numbers of files that are removed to the next ones.
  const numbers = (): bigint[] =>
    ['config.json', 'events.jsonl'].map((name) => statSync(join(run, name), { bigint: true }).ino);
  const before = numbers();
  rmSync(run, { recursive: true });
  writeRun(run, { learningRate: 0.25 }, [startOf(0), stepAt(1, 1, 7), stepAt(1, 2, 6)]);
  context.diagnostic(`the same inodes: ${String(before.join() === numbers().join())}`);
  const told = await page.wait((all) => all.some((message) => message.type === 'events' && message.reset));
  assert.deepEqual(
    told
      .findLast((message) => message.type === 'events')
      ?.events.map((event) => event.type === 'step' && event.loss),
    [false, 7, 6],
  );
  const details = async (): Promise<RunDetails> =>
    (await (await server.ask('/api/runs/a')).json()) as RunDetails;
  assert.equal((await details()).config.learningRate, 0.25);
  // As a resumed run does.
  writeFileSync(join(run, 'config.json'), JSON.stringify({ ...(await details()).config, epochs: 77 }));
  assert.equal((await details()).config.epochs, 77);
});

test('a file with the inode of another is another', async (context) => {
  const path = join(temporaryFolder(context), 'events.jsonl');
  writeFileSync(path, line(startOf(0)));
  appendFileSync(path, line(stepAt(1, 1, 1)));
  const { to } = await readAppended(path, '');
  assert.equal((await readAppended(path, to)).reset, false);
  const [, inode, birth, bytes] = /^(\d+)-(\d+):(\d+)$/.exec(to)!;
  const other = await readAppended(path, `${inode}-${BigInt(birth!) + 1n}:${bytes}`);
  assert.deepEqual([other.reset, other.events.length], [true, 2]);
});

test('many events come in pieces, and a page that does not read keeps no other waiting', async (context) => {
  const server = await testServer(context);
  const long = { type: 'notice', code: 'data', message: 'x'.repeat(1 << 20) };
  const numbered = Array.from({ length: 14 }, (_, i) => ({ ...long, code: String(i) }));
  writeRun(join(server.runs, 'a'), {}, [startOf(0), ...numbered]);
  const deaf = request({
    host: '127.0.0.1',
    port: server.port,
    path: '/api/live?run=a',
    headers: { Authorization: `Bearer ${token}` },
  }).end();
  const [unread] = (await once(deaf, 'response')) as [IncomingMessage];
  context.after(() => unread.destroy());
  const page = await listen(server, context, '?run=a');
  const messages = await page.wait((all) => eventsIn(all, 'a').length === 15);
  const pieces = messages.filter((message) => message.type === 'events');
  assert.ok(pieces.length >= 4, `${pieces.length} pieces`);
  assert.deepEqual(
    eventsIn(messages, 'a').map((event) => event.type === 'notice' && event.code),
    [false, ...numbered.map(({ code }) => code)],
  );
  assert.ok(pieces.every(({ reset }) => !reset));
  // Each piece is a place to go on from.
  const late = await listen(server, context, `?run=${encodeURIComponent(`a@${pieces.at(-2)!.cursor}`)}`);
  const rest = eventsIn(await late.wait((all) => eventsIn(all, 'a').length > 0), 'a');
  assert.deepEqual(rest, pieces.at(-1)!.events);
});

const launcher = join(import.meta.dirname, '../../bin/alexnet.ts');

test('a training in another process is followed, given another learning rate, saved and stopped', async (context) => {
  const server = await testServer(context);
  const out = join(server.runs, 'shapes');
  const page = await listen(server, context, '?run=shapes');
  const options = [
    'alexnet-32',
    '--dataset',
    'shapes',
    '--limit-train',
    '2000',
    '--limit-test',
    '20',
    '--epochs',
    '500',
  ];
  const child = spawn(
    process.execPath,
    [
      launcher,
      'train',
      ...options,
      '--batch-size',
      '4',
      '--log-every',
      '2',
      '--threads',
      '1',
      '--workers',
      '0',
      '--control',
      '--out',
      out,
    ],
    { env: { ...process.env, NO_COLOR: '1' } },
  );
  context.after(() => child.kill('SIGKILL'));
  let told = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (piece: Buffer) => (told += piece.toString()));
  const exit = once(child, 'exit');
  await page.wait((all) => eventsIn(all, 'shapes').some(({ type }) => type === 'step'));
  const order = (body: object): Promise<Response> =>
    server.ask('/api/runs/shapes/orders', {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  assert.equal((await order({ type: 'learning-rate', learningRate: 0.00025 })).status, 202);
  await page.wait((all) => eventsIn(all, 'shapes').some(({ type }) => type === 'learning-rate'));
  const after = await page.wait((all) =>
    eventsIn(all, 'shapes').some((event) => event.type === 'step' && event.learningRate === 0.00025),
  );
  const saved = eventsIn(after, 'shapes').filter(({ type }) => type === 'checkpoint').length;
  assert.equal((await order({ type: 'checkpoint' })).status, 202);
  await page.wait(
    (all) => eventsIn(all, 'shapes').filter(({ type }) => type === 'checkpoint').length > saved,
  );
  assert.equal((await order({ type: 'learning-rate', learningRate: -1 })).status, 400);
  assert.equal((await order({ type: 'stop' })).status, 202);
  assert.equal((await exit)[0], 130, told);
  assert.match(told, /learning rate changed from 0\.001 to 0\.00025 at step \d+/);
  const stopped = await page.wait((all) => lastRuns(all)[0]?.state === 'interrupted');
  assert.equal(lastRuns(stopped)[0]!.control, false);
  const refused = await order({ type: 'stop' });
  assert.deepEqual(
    [refused.status, ((await refused.json()) as { code: string }).code],
    [409, 'ALEX_SERVE_CONTROL'],
  );
  assert.equal((await readRun(out)).rateChanges.length, 1);
});

test('the doctor and the report come with progress, and end when nobody waits any more', async (context) => {
  const server = await testServer(context);
  const { runs, ask, base } = server;
  await trainedRun(join(runs, 'small'));
  const controller = new AbortController();
  const given = await ask('/api/runs/small/report?language=ja', { signal: controller.signal });
  await messagesOf(given, (all) => all.length > 0);
  controller.abort();
  const doctor = await messagesOf<JobMessage<Diagnosed>>(
    await ask('/api/runs/small/doctor?language=ja'),
    () => false,
  );
  const diagnosed = doctor.at(-1)!;
  assert.ok(diagnosed.type === 'done', JSON.stringify(diagnosed));
  assert.ok(diagnosed.result.examined > 0);
  // Without a model a report is soon written.
  writeRun(join(runs, 'curves'), {}, [startOf(0), stepAt(1, 5, 2), stepAt(2, 5, 1)]);
  const reportOf = async (): Promise<JobMessage<WrittenReport>[]> =>
    messagesOf(await ask('/api/runs/curves/report?language=ja'), () => false);
  const [report, second] = await Promise.all([reportOf(), reportOf()]);
  const waited = [report, second].filter(([first]) => first!.type === 'queued');
  assert.deepEqual(
    waited.map(([, next]) => next!.type),
    ['begun'],
  );
  assert.ok(report.some(({ type }) => type === 'progress'));
  const written = report.at(-1)!;
  assert.ok(written.type === 'done', JSON.stringify(written));
  const page = await fetch(base + written.result.path);
  assert.match(page.headers.get('content-security-policy')!, /^sandbox allow-popups; default-src 'none'/);
  assert.match(await page.text(), /<html lang="ja">[\s\S]*訓練損失は 2 から 1 になった/);
  assert.equal((await fetch(`${base}/reports/${'A'.repeat(32)}`)).status, 404);
});
