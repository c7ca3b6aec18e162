/** The room Watch, over the server of `alexnet studio`: trainings in other processes, watched and steered from the page. */
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { startStudioServer, type StudioServer } from '../../src/serve/server.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { startOf, stepAt, writeRun } from '../report/runFiles.ts';
import { trainedRun } from '../report/trainedRun.ts';
import { token } from '../serve/studioServer.ts';
import { lastingPort } from './staticServer.ts';
import {
  accessibilityFaults,
  builtStudio,
  faultsOf,
  openPage,
  overhang,
  serveStatic,
  skip,
} from './studio.ts';

const launcher = join(import.meta.dirname, '../../bin/alexnet.ts');

async function serve(context: TestContext, runs: string, port = 0): Promise<StudioServer> {
  const server = await startStudioServer({ studio: await builtStudio(), runs, port, token });
  context.after(() => server.close());
  return server;
}

function startTraining(context: TestContext, out: string): ChildProcess {
  const data = ['--dataset', 'shapes', '--limit-train', '400', '--limit-test', '20', '--batch-size', '4'];
  const pace = [
    '--epochs',
    '500',
    '--log-every',
    '2',
    '--watch-every',
    '20',
    '--threads',
    '1',
    '--workers',
    '0',
  ];
  const args = ['train', 'alexnet-32', ...data, ...pace, '--control', '--out', out];
  const child = spawn(process.execPath, [launcher, ...args], { stdio: 'ignore' });
  context.after(() => child.kill('SIGKILL'));
  return child;
}

async function openWatch(server: StudioServer, options: object = {}): Promise<Page> {
  return openPage(`${server.makeOpening()}#/watch`, { locale: 'en-GB', ...options });
}

/** What is wrong with the page as it is, in both languages, light and dark, and narrow. */
async function checkLooks(page: Page): Promise<void> {
  for (const [language, theme] of [
    ['ja', 'dark'],
    ['en', 'light'],
  ]) {
    await page.locator(`input[value=${language}]`).check();
    await page.locator(`input[value=${theme}]`).check();
    assert.deepEqual(await accessibilityFaults(page), [], `${language} ${theme}`);
    for (const width of [360, 2560, 1200]) {
      await page.setViewportSize({ width, height: 900 });
      assert.ok((await overhang(page)) <= 0, `wider than ${width} pixels, ${language}`);
    }
  }
}

test(
  'a training in another process is watched beside an older run, steered, and stopped',
  { skip },
  async (context) => {
    const runs = join(temporaryFolder(context), 'runs');
    writeRun(join(runs, 'older'), { learningRate: 0.1 }, [
      startOf(0, { network: 'alexnet-32' }),
      ...Array.from({ length: 20 }, (_, i) =>
        stepAt(1 + Math.floor(i / 10), 1 + (i % 10), 2.3 - i / 20, 0.1),
      ),
    ]);
    const server = await serve(context, runs);
    const page = await openWatch(server);
    await page.getByRole('row', { name: /older.*interrupted/ }).waitFor();
    assert.equal(new URL(page.url()).search, '', 'the code is not in the address any more');
    const training = startTraining(context, join(runs, 'live'));
    const exited = once(training, 'exit');
    const row = page.getByRole('row', { name: /live.*running/ });
    await row.waitFor();
    // What runs is drawn by itself, beside what was drawn before.
    await page.waitForFunction(() => document.querySelectorAll('.runs input:checked').length === 2);
    await page.getByRole('row', { name: 'older' }).getByRole('checkbox').uncheck();
    await page.waitForFunction(() => document.querySelectorAll('.runs input:checked').length === 1);
    await page.getByRole('row', { name: 'older' }).getByRole('checkbox').check();
    await page.getByRole('rowheader', { name: 'learningRate' }).waitFor();
    await page.getByRole('link', { name: 'live' }).click();
    await page.getByRole('heading', { name: /^live running/ }).waitFor();
    // Both in one chart, told in words for those who do not see it, and going on.
    const loss = page.getByRole('img', { name: /^Loss/ });
    await page.waitForFunction(() =>
      /older: 2\.3 → 1\.35.*live: |live: .*older: 2\.3 → 1\.35/.test(document.body.textContent),
    );
    assert.ok((await loss.locator('canvas').count()) === 1);
    const stepsOf = async (): Promise<number> => {
      const text = await page.getByRole('row', { name: /live/ }).first().innerText();
      return Number(/([\d,]+) \/ /.exec(text)![1]!.replace(',', ''));
    };
    const before = await stepsOf();
    await page.waitForFunction(
      (steps) =>
        Number(
          /live[^]*?([\d,]+) \/ /.exec(document.querySelector('.runs')!.textContent)![1]!.replace(',', ''),
        ) > steps,
      before,
    );
    await page.getByRole('heading', { name: 'Gradients and dead units' }).waitFor();
    await checkLooks(page);

    await page.getByRole('textbox', { name: 'Learning rate' }).fill('0.00025');
    await page.getByRole('button', { name: 'Change the rate' }).click();
    await page.getByRole('dialog').getByText('from 0.001 to 2.5e-4').waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await page.keyboard.press('Escape');
    assert.equal(await page.getByRole('dialog').count(), 0);
    await page.getByRole('button', { name: 'Change the rate' }).click();
    await page.getByRole('button', { name: 'Change it' }).click();
    await page.getByText(/Learning rate changed from 0\.001 to 0\.00025 at step/).waitFor();

    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Stop it' }).click();
    assert.equal((await exited)[0], 130);
    await page.getByRole('heading', { name: /^live interrupted/ }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Stop' }).count(), 0);
    assert.deepEqual(faultsOf(page), []);
  },
);

/** As if the page's tab were behind another, or in front again. */
async function setHidden(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { value, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
}

test(
  'the server goes and comes back: the page says so, keeps what it has, and goes on',
  { skip },
  async (context) => {
    const runs = join(temporaryFolder(context), 'runs');
    const first = writeRun(join(runs, 'first'), {}, [startOf(0), stepAt(1, 5, 2)]);
    const server = await serve(context, runs, await lastingPort());
    const page = await openWatch(server, { locale: 'ja-JP' });
    await page.getByRole('row', { name: /first/ }).waitFor();
    // Behind other tabs it holds no connection, of which a browser has six for all of them, and goes on when it is seen.
    const left = page.waitForEvent('requestfailed', (request) => request.url().includes('/api/live'));
    await setHidden(page, true);
    await left;
    const asked: string[] = [];
    page.on('request', (request) => request.url().includes('/api/') && asked.push(request.url()));
    writeRun(first, {}, [startOf(0), stepAt(1, 5, 2), stepAt(1, 6, 1.75)]);
    await page.waitForTimeout(100);
    assert.deepEqual(asked, []);
    await setHidden(page, false);
    await page.getByRole('row', { name: /first.*1\.75/ }).waitFor();
    await server.close();
    const alert = page.getByRole('alert');
    await alert.getByText('サーバーが応答しない').waitFor();
    await alert.getByText('時点の内容').waitFor();
    assert.equal(await page.getByRole('row', { name: /first/ }).count(), 1);
    assert.deepEqual(await accessibilityFaults(page), []);
    writeRun(join(runs, 'second'), {}, [startOf(0)]);
    writeRun(first, {}, [startOf(0), stepAt(1, 5, 2), stepAt(1, 10, 1.25)]);
    await serve(context, runs, server.port);
    await page.getByRole('row', { name: /second/ }).waitFor();
    await alert.waitFor({ state: 'detached' });
    await page.getByRole('row', { name: /first.*1\.25/ }).waitFor();
  },
);

test('a page does not give its token to another server at the port', { skip }, async (context) => {
  const runs = join(temporaryFolder(context), 'runs');
  writeRun(join(runs, 'mine'), {}, [startOf(0)]);
  writeRun(join(runs, 'other'), {}, [startOf(0)]);
  const server = await serve(context, runs, await lastingPort());
  const page = await openWatch(server);
  await page.getByRole('row', { name: /mine/ }).waitFor();
  await server.close();
  // What was asked of the old server has ended by then.
  await page.getByRole('alert').getByText('The server does not answer').waitFor();
  const asked: string[] = [];
  const given: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    (request.headers()['authorization'] === undefined ? asked : given).push(pathname);
  });
  const other = await startStudioServer({
    studio: await builtStudio(),
    runs,
    port: server.port,
    token: 'U'.repeat(43),
  });
  context.after(() => other.close());
  await page.getByRole('alert').getByText('This tab has no token of the server').waitFor();
  // What is asked for besides the stream does not go to it either: what differs, once a second run is drawn.
  await page.locator('.runs input:not(:checked)').check();
  const before = asked.length;
  await Promise.race([
    page.waitForRequest(/api.compare/),
    page.waitForRequest(() => asked.length > before + 3),
  ]);
  assert.deepEqual([...new Set(asked)], ['/api/proof']);
  assert.deepEqual(given, []);
});

/** A run that seems to be trained by this process, and to take orders. */
function writeRunning(folder: string, events: readonly object[]): void {
  writeRun(folder, { learningRate: 0.02 }, events);
  mkdirSync(join(folder, 'orders'));
  writeFileSync(
    join(folder, 'running.json'),
    JSON.stringify({ pid: process.pid, host: hostname(), control: true }),
  );
}

test(
  'orders: before the first step, with a rate far too high, and in the last test',
  { skip },
  async (context) => {
    const runs = join(temporaryFolder(context), "it's #1?%20&@x");
    writeRunning(join(runs, 'new'), []);
    writeRunning(join(runs, 'tested'), [startOf(0), stepAt(2, 10, 1)]);
    const server = await serve(context, runs);
    const page = await openWatch(server);
    await page.getByRole('link', { name: 'new' }).click();
    const rate = page.getByRole('textbox', { name: 'Learning rate' });
    const wrong = page.getByText('A learning rate is a number over 0.');
    assert.deepEqual([await rate.inputValue(), await wrong.count()], ['0.02', 0]);
    await rate.fill('-1');
    await wrong.waitFor();
    assert.equal(await page.getByRole('button', { name: 'Change the rate' }).isDisabled(), true);
    await rate.fill('0.5');
    await page.getByRole('button', { name: 'Change the rate' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('from 0.02 to 0.5').waitFor();
    await dialog.getByRole('button', { name: 'Change it' }).click();
    await dialog.getByText('0.5 is 25 times the present learning rate of 0.02').waitFor();
    const orders = join(runs, 'new/orders');
    assert.deepEqual(readdirSync(orders), [], 'nothing was ordered yet');
    assert.deepEqual(await accessibilityFaults(page), []);
    await dialog.getByRole('button', { name: 'Change it all the same' }).click();
    await page.getByText('the learning rate is 0.5 from the next step on').waitFor();
    const [order] = readdirSync(orders).map((name) => readFileSync(join(orders, name), 'utf8'));
    assert.deepEqual(JSON.parse(order!), { type: 'learning-rate', learningRate: 0.5 });

    await page.getByRole('link', { name: 'tested' }).click();
    await page.getByText('All steps are done, and the model is being tested.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Checkpoint now' }).count(), 0);
    assert.equal(await rate.count(), 0);
    await page.getByRole('button', { name: 'Stop' }).click();
    await dialog.getByText(/Once it has stopped/).waitFor();
    const command = await dialog.locator('pre').innerText();
    const words = execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' });
    assert.deepEqual(words.trim().split('\n').slice(-3), ['--resume', join(runs, 'tested'), '--control']);
  },
);

test('what is wrong with one run, or with the address, leaves the others', { skip }, async (context) => {
  const runs = join(temporaryFolder(context), 'runs');
  writeRun(join(runs, 'good'), {}, [startOf(0), stepAt(1, 5, 2)]);
  const unfit = [{ type: 'step' }, { ...stepAt(1, 3, 3), loss: null }, { type: 'watch', layers: [{}] }];
  writeRun(join(runs, 'odd'), { dataset: {}, epochs: 'many' }, [...unfit, startOf(0), stepAt(1, 5, 1.5)]);
  const server = await serve(context, runs);
  const options = { locale: 'en-GB', serviceWorkers: 'block' } as const;
  const page = await openPage(`${server.makeOpening()}#/watch/%`, options);
  await page.getByText('The run “%” is not there.').waitFor();
  await page.getByRole('link', { name: 'odd' }).click();
  await page.getByRole('heading', { name: /^odd interrupted/ }).waitFor();
  await page.getByRole('row', { name: /odd.*1\.5/ }).waitFor();
  assert.deepEqual(faultsOf(page), []);
  // Whatever a server may tell of a run that cannot be shown.
  const summary = { id: 'good', path: 'good', network: 'n', dataset: 'd', state: 'ended', startedAt: 0 };
  const others = Array.from({ length: 150 }, (_, i) => ({ ...summary, id: `other-${i}`, startedAt: i }));
  const told = { type: 'runs', folder: 'runs', runs: [summary, ...others], complete: false };
  const answer = { contentType: 'text/event-stream', body: `data: ${JSON.stringify(told)}\n\n` };
  await page.route('**/api/live*', (route) => route.fulfill(answer));
  await page.getByRole('link', { name: 'good' }).click();
  await page.reload();
  await page.getByText('The run “good” cannot be shown.').waitFor();
  await page.getByText('There are more runs in runs than the 151 that are listed.').waitFor();
  // Of many the latest are listed, and the one that is looked at; the others when they are asked for.
  const rows = page.locator('.runs tbody tr');
  assert.equal(await rows.count(), 101);
  assert.match(await rows.first().innerText(), /other-149/);
  await page.getByRole('button', { name: 'Show 50 of the 50 others' }).click();
  await page.getByRole('row', { name: /other-0 / }).waitFor();
  assert.equal(await rows.count(), 151);
});

test('the doctor and the report of a run, from the page', { skip }, async (context) => {
  const runs = join(temporaryFolder(context), 'runs');
  await trainedRun(join(runs, 'small'));
  writeRun(join(runs, 'diverged'), {}, [
    startOf(0),
    stepAt(1, 5, 2.4),
    { type: 'failure', code: 'ALEX_TRAINING_NOT_FINITE', message: 'the loss became NaN', globalStep: 7 },
  ]);
  const server = await serve(context, runs);
  const page = await openWatch(server);
  await page.getByRole('link', { name: 'small' }).click();
  await page.getByRole('heading', { name: /^Test: \d+ of 80 right/ }).waitFor();
  await page.getByRole('button', { name: 'Ask the doctor' }).click();
  await page.getByText(/Training images looked at: \d+/).waitFor({ timeout: 120_000 });
  await checkLooks(page);
  await page.getByRole('link', { name: 'diverged' }).click();
  await page.getByRole('alert').getByText('the loss became NaN').waitFor();
  await page.getByRole('button', { name: 'Make the report' }).click();
  // Work that goes on when the language changes begins anew, in the language that is wanted now.
  await page.locator('input[value=ja]').check();
  const asked = page.waitForRequest(/report\?language=en/);
  await page.locator('input[value=en]').check();
  await asked;
  const link = page.getByRole('link', { name: 'Open the report in a new tab' });
  await link.waitFor({ timeout: 120_000 });
  const opened = page.context().waitForEvent('page');
  await link.click();
  const report = await opened;
  await report.getByRole('heading', { name: 'Loss' }).waitFor();
  assert.deepEqual(faultsOf(page), []);
});

test(
  'elsewhere the room says what it needs, in both languages; without a token too',
  { skip },
  async (context) => {
    const elsewhere = await serveStatic(await builtStudio());
    const page = await openPage(`${elsewhere.url}#/watch`, { locale: 'en-GB' });
    await page.getByText('npx alexnet studio').waitFor();
    await checkLooks(page);
    assert.deepEqual(faultsOf(page), []);
    const server = await serve(context, join(temporaryFolder(context), 'runs'));
    const printed = await openPage(`${server.address}#/watch`, { locale: 'en-GB' });
    await printed.getByText('There are no runs in').waitFor();
    assert.equal(new URL(printed.url()).search, '');
    await printed.reload();
    await printed.getByText('There are no runs in').waitFor();
    const bare = await openPage(`http://127.0.0.1:${server.port}/#/watch`, { locale: 'ja-JP' });
    await bare.getByRole('alert').getByText('トークンを持っていない').waitFor();
    assert.equal(await bare.evaluate(() => crossOriginIsolated), true);
    assert.deepEqual(faultsOf(bare), []);
  },
);
