import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { labNames } from '../../src/lab/labFiles.ts';
import { jsonLines, runAlexnet } from './runAlexnet.ts';

let folder: string;

before(async () => (folder = await mkdtemp(join(tmpdir(), 'alexnet-lab-'))));

after(() => rm(folder, { recursive: true }));

const types = (stdout: string): unknown[] => jsonLines(stdout).map((line) => line['type']);

test('without a name it lists the labs, each with its title and how long it takes', async () => {
  const { code, stdout } = await runAlexnet(['lab', '--lang', 'ja'], { cwd: folder });
  assert.equal(code, 0);
  const lines = stdout.trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => line.split(' ')[0]),
    labNames(),
  );
  assert.match(stdout, /^activations +3 s  sigmoid・tanh・ReLU と、その傾き$/m);
  const listed = jsonLines((await runAlexnet(['lab', '--json'], { cwd: folder })).stdout);
  assert.deepEqual(
    listed.map(({ name }) => name),
    labNames(),
  );
  for (const { title, claim } of listed as { title: { en: string; ja: string }; claim: object }[]) {
    assert.ok(title.en !== '' && title.ja !== '' && 'en' in claim);
  }
});

test('a lab tells its story, and with --json the same line by line', async () => {
  const told = await runAlexnet(['lab', 'activations', '--lang', 'en', '--threads', '1'], { cwd: folder });
  assert.equal(told.code, 0, told.stderr);
  assert.match(told.stdout, /^sigmoid +0\.2500 +0\.2500 /m);
  assert.match(told.stdout, /→ agrees with the claim\. Largest slopes: sigmoid 0\.250/);
  assert.match(told.stderr, /the report: runs\/lab-activations\/report\.html/);
  const args = ['lab', 'activations', '--json', '--lang', 'ja', '--out', 'json'];
  const { stdout } = await runAlexnet(args, { cwd: folder });
  assert.deepEqual(types(stdout), ['story', 'chart', 'chart', 'table', 'conclusion']);
  const last = jsonLines(stdout).at(-1)!;
  const data = JSON.parse(readFileSync(join(folder, 'json', 'data.json'), 'utf8')) as Record<string, unknown>;
  assert.deepEqual(last['conclusion'], data['conclusion']);
  assert.ok(existsSync(join(folder, 'json', 'slopes.svg')));
  const again = await runAlexnet(args, { cwd: folder });
  assert.equal(again.code, 2);
  assert.match(again.stderr, /ALEX_RUN_EXISTS/);
});

test('lab new writes a lab that trains as it is, and never over another', async () => {
  const written = await runAlexnet(['lab', 'new', 'mine'], { cwd: folder });
  assert.equal(written.code, 0, written.stderr);
  assert.match(written.stdout, /alexnet lab \.\/mine\.mts --quick/);
  const path = join(folder, 'mine.mts');
  const source = readFileSync(path, 'utf8');
  // Less work than half a minute's.
  const tiny = source
    .replace('images: 1000, epochs: 2', 'images: 32, epochs: 1')
    .replace('limitTest: 500', 'limitTest: 20');
  assert.notEqual(tiny, source);
  writeFileSync(path, tiny);
  const args = ['lab', './mine.mts', '--quick', '--threads', '1', '--out', 'tiny', '--json'];
  const { code, stdout, stderr } = await runAlexnet(args, { cwd: folder });
  assert.equal(code, 0, stderr);
  assert.deepEqual(types(stdout), ['chart', 'conclusion']);
  const { values } = JSON.parse(readFileSync(join(folder, 'tiny', 'data.json'), 'utf8')) as {
    values: { bars: { label: string; values: number[] }[] };
  };
  assert.deepEqual(
    values.bars.map(({ label, values: own }) => [label, own.length]),
    [
      ['0.001', 1],
      ['0.01', 1],
    ],
  );
  const over = await runAlexnet(['lab', 'new', 'mine'], { cwd: folder });
  assert.equal(over.code, 2);
  assert.match(over.stderr, /mine\.mts is there already/);
  assert.equal(readFileSync(path, 'utf8'), tiny);
});

/** Waits in its second trial, until it is interrupted or there is a file named go. */
const waiting = (library: string): string => `
import { existsSync } from 'node:fs';
import { defineLab } from '${library}';
const once = (signal) => new Promise((done) => signal.addEventListener('abort', done, { once: true }));
const minutes = { minutes: 0 };
export const lab = defineLab({
  name: 'waiting',
  title: { en: 'Waiting', ja: '待つ' },
  claim: { en: 'It waits.', ja: '待つ。' },
  source: 'nowhere',
  sizes: { quick: minutes, default: minutes, full: minutes },
  run: async (lab) => {
    const first = await lab.trial('first', async () => (existsSync('go') ? 'again' : 'once'));
    lab.story({ en: 'The first is done.', ja: '1つ目は済んだ。' });
    await lab.trial('second', async () => {
      const timer = setInterval(() => {}, 1000);
      if (!existsSync('go')) await once(lab.signal);
      clearInterval(timer);
    });
    lab.record('first', first);
    const text = { en: first, ja: first };
    return { verdict: 'agrees', finding: text, confidence: text };
  },
});
`;

test('Ctrl-C keeps the trials that are done, and --resume goes on after them', async () => {
  const library = relative(folder, join(import.meta.dirname, '../../src/index.ts'));
  writeFileSync(join(folder, 'waiting.mts'), waiting(library));
  const stopped = await runAlexnet(['lab', './waiting.mts', '--lang', 'en', '--out', 'stopped'], {
    cwd: folder,
    when: { text: 'The first is done.', act: (child) => child.kill('SIGINT') },
  });
  assert.equal(stopped.code, 130, stopped.stderr);
  assert.match(stopped.stderr, /Interrupted\. Go on with:\n +alexnet lab --resume stopped/);
  assert.ok(!existsSync(join(folder, 'stopped', 'report.html')));
  writeFileSync(join(folder, 'go'), '');
  const { code, stdout, stderr } = await runAlexnet(['lab', '--resume', 'stopped', '--json'], {
    cwd: folder,
  });
  assert.equal(code, 0, stderr);
  assert.deepEqual(types(stdout), ['story', 'conclusion']);
  const { values } = JSON.parse(readFileSync(join(folder, 'stopped', 'data.json'), 'utf8')) as {
    values: object;
  };
  assert.deepEqual(values, { first: 'once' });
});

test('what cannot be run is said in a sentence', async () => {
  const failing = async (...args: string[]): Promise<[number | null, string]> => {
    const { code, stdout, stderr } = await runAlexnet(['lab', ...args], { cwd: folder });
    assert.equal(stdout, '');
    return [code, stderr];
  };
  const cases: [string[], number, RegExp][] = [
    [['poling'], 2, /ALEX_LAB_UNKNOWN: there is no lab "poling"[^]*Did you mean "pooling"\?/],
    [['./no.mts'], 1, /ALEX_LAB_FILE: \.\/no\.mts is no lab: there is no such file/],
    [['--resume', 'nowhere'], 1, /ALEX_RESUME_MISSING/],
    [['activations', '--lang', 'fr'], 2, /--lang is fr; expected one of en, ja/],
    [['activations', '--quick', '--full'], 2, /'--full' cannot be used with option '--quick'/],
  ];
  for (const [args, code, message] of cases) {
    const [exit, stderr] = await failing(...args);
    assert.match(stderr, message);
    assert.equal(exit, code, args.join(' '));
  }
});
