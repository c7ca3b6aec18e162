/** Who may ask the studio's server, and for what. */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startStudioServer } from '../../src/serve/server.ts';
import { studioToken } from '../../src/serve/token.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { startOf, writeRun } from '../report/runFiles.ts';
import { testServer, token } from './studioServer.ts';

/** As fetch does not let itself be asked: with any host, and a path that nobody has tidied. */
async function raw(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<[number, string, IncomingHttpHeaders]> {
  const sent = request({ host: '127.0.0.1', port, path, headers, method }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const piece of response) text += String(piece);
  return [response.statusCode!, text, response.headers];
}

async function codeOf(response: Response): Promise<[number, string]> {
  return [response.status, ((await response.json()) as { code: string }).code];
}

test('what tells of runs needs the token; the page itself does not', async (context) => {
  const { base, ask, address, port } = await testServer(context);
  assert.equal(address, `http://127.0.0.1:${port}/?token=${token}`);
  assert.deepEqual(await codeOf(await fetch(`${base}/api/runs`)), [401, 'ALEX_SERVE_TOKEN']);
  for (const wrong of [`Bearer ${token}x`, `Basic ${token}`, 'Bearer ', token]) {
    const response = await ask('/api/runs', { headers: { Authorization: wrong } });
    assert.deepEqual(await codeOf(response), [401, 'ALEX_SERVE_TOKEN'], wrong);
  }
  assert.deepEqual(await codeOf(await fetch(`${base}/api/runs/a/orders`, { method: 'POST' })), [
    401,
    'ALEX_SERVE_TOKEN',
  ]);
  const runs = await ask('/api/runs');
  assert.equal(runs.status, 200);
  assert.equal(runs.headers.get('cache-control'), 'no-store');
  assert.deepEqual(await runs.json(), []);
  assert.match(await (await fetch(`${base}/?token=${token}`)).text(), /studio/);
});

test('no other way to write a path gets around the token', async (context) => {
  const { port, runs } = await testServer(context);
  const run = writeRun(join(runs, 'a'), {}, [startOf(0)]);
  const marker = { pid: process.pid, host: hostname(), control: true };
  writeFileSync(join(run, 'running.json'), JSON.stringify(marker));
  const authorization = { Authorization: `Bearer ${token}` };
  for (const start of ['/%61pi', '/a%70i', '/%61%70%69', 'http://x/api', 'http://x/%61pi', '/api']) {
    const path = `${start}/runs`;
    const [refused, text] = await raw(port, path);
    assert.deepEqual([refused, (JSON.parse(text) as { code: string }).code], [401, 'ALEX_SERVE_TOKEN'], path);
    for (const method of ['GET', 'HEAD'])
      assert.equal((await raw(port, path, {}, method))[0], 401, `${method} ${path}`);
    assert.equal((await raw(port, `${path}/a/orders`, {}, 'POST'))[0], 401, path);
    const [status, , headers] = await raw(port, path, authorization);
    assert.deepEqual([status, headers['cache-control']], [200, 'no-store'], path);
  }
  for (const path of ['//api/runs', '/api//runs', '/API/runs', '/x/../api/runs', '/./api/runs', '/api/runs/'])
    assert.doesNotMatch((await raw(port, path))[1], /"network"/, path);
  for (const path of ['/', `/api/proof?nonce=${'0'.repeat(32)}`, `/%61pi/proof?nonce=${'0'.repeat(32)}`])
    assert.equal((await raw(port, path))[0], 200, path);
});

test('a host name that was pointed here, and pages of other sites, are refused', async (context) => {
  const { ask, port } = await testServer(context);
  const authorization = { Authorization: `Bearer ${token}` };
  for (const host of [
    'evil.example',
    `evil.example:${port}`,
    '127.0.0.1',
    `127.0.0.1:${port + 1}`,
    `[::1]:${port}`,
  ]) {
    const [status, text] = await raw(port, '/api/runs', { host, ...authorization });
    assert.equal(status, 421, host);
    assert.match(text, /ALEX_SERVE_HOST/);
    assert.equal((await raw(port, '/', { host }))[0], 421, 'nor do they get the page');
  }
  assert.equal((await raw(port, '/api/runs', { host: `localhost:${port}`, ...authorization }))[0], 200);
  for (const origin of [
    'http://evil.example',
    `http://127.0.0.1:${port + 1}`,
    `https://127.0.0.1:${port}`,
    'null',
  ]) {
    const response = await ask('/api/runs', { headers: { Origin: origin } });
    assert.deepEqual(await codeOf(response), [403, 'ALEX_SERVE_ORIGIN'], origin);
  }
  assert.equal((await ask('/api/runs', { headers: { Origin: `http://127.0.0.1:${port}` } })).status, 200);
  const own = { 'sec-fetch-mode': 'no-cors', ...authorization };
  assert.equal((await raw(port, '/api/runs', { ...own, 'sec-fetch-site': 'same-site' }))[0], 403);
  assert.equal((await raw(port, '/api/runs', { ...own, 'sec-fetch-site': 'same-origin' }))[0], 200);
});

test('it listens at the loopback address and nowhere else', async (context) => {
  const { port } = await testServer(context);
  const others = Object.values(networkInterfaces())
    .flat()
    .filter((one) => one !== undefined && one.family === 'IPv4' && one.address !== '127.0.0.1');
  for (const one of others) {
    await assert.rejects(fetch(`http://${one!.address}:${port}/`), one!.address);
  }
  // On Linux all of 127.0.0.0/8 is this machine: the same port is free at the others.
  if (process.platform !== 'linux') return;
  const second = createServer().listen(port, '127.0.0.2');
  await once(second, 'listening');
  second.close();
});

test('every answer isolates the page and says what it may load', async (context) => {
  const { base, ask } = await testServer(context);
  const digest = createHash('sha256').update('let a = 1;').digest('base64');
  for (const response of [await fetch(`${base}/`), await ask('/api/runs'), await fetch(`${base}/api/runs`)]) {
    const { headers } = response;
    assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin');
    assert.equal(headers.get('cross-origin-embedder-policy'), 'require-corp');
    assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin');
    const policy = headers.get('content-security-policy')!;
    assert.match(policy, /default-src 'none'/);
    assert.ok(policy.includes(`script-src 'self' 'wasm-unsafe-eval' 'sha256-${digest}'`), policy);
    assert.doesNotMatch(policy, /'unsafe-(inline|eval)'/);
    assert.match(policy, /frame-ancestors 'none'/);
  }
  const cache = (await fetch(`${base}/assets/main-1.js`)).headers.get('cache-control');
  assert.equal(cache, 'max-age=31536000, immutable');
});

test('no path leads out of the studio or the folder of runs', async (context) => {
  const folder = temporaryFolder(context);
  const runs = join(folder, 'runs');
  writeRun(join(runs, 'good'), {}, [startOf(0)]);
  writeRun(join(folder, 'outside'), {}, [startOf(0)]);
  symlinkSync(join(folder, 'outside'), join(runs, 'linked'));
  // A run whose events, or model, are files of elsewhere.
  writeFileSync(join(folder, 'secret.jsonl'), '{"type":"notice","code":"secret","message":"secret"}\n');
  for (const name of ['events.jsonl', 'model.safetensors']) {
    const run = join(runs, `borrowed-${name}`);
    mkdirSync(run);
    writeFileSync(join(run, 'config.json'), readFileSync(join(runs, 'good/config.json')));
    symlinkSync(join(folder, 'secret.jsonl'), join(run, name));
  }
  const { port, ask } = await testServer(context, { runs });
  const listed = (await (await ask('/api/runs')).json()) as { id: string }[];
  assert.deepEqual(
    listed.map(({ id }) => id),
    ['good'],
  );
  const authorization = { Authorization: `Bearer ${token}` };
  const ids = [
    '..',
    '.',
    '%2e%2e',
    '..%2foutside',
    '..%2Foutside',
    '%2e%2e%2foutside',
    'good%2f..%2f..%2foutside',
  ];
  for (const id of [
    ...ids,
    '..%5coutside',
    '%252e%252e%252foutside',
    'linked',
    'good%00',
    encodeURIComponent(join(folder, 'outside')),
  ]) {
    const [status] = await raw(port, `/api/runs/${id}`, authorization);
    assert.ok(status === 404 || status === 400 || (id === '.' && status === 404), `${id}: ${status}`);
    const [doctor] = await raw(port, `/api/runs/${id}/doctor`, authorization);
    assert.ok(doctor === 404 || doctor === 400, `${id}: ${doctor}`);
  }
  for (const path of [
    '/../outside.txt',
    '/%2e%2e/outside.txt',
    '/..%2foutside.txt',
    '/assets/..%2f..%2foutside.txt',
    '/..%5coutside.txt',
    '/.secret',
    '/%2esecret',
    '/%2e%2e%2fruns%2fgood%2fconfig.json',
    '/reports/..%2f..%2fetc%2fpasswd',
  ]) {
    const [status, text] = await raw(port, path);
    assert.ok(status >= 400, `${path}: ${status}`);
    assert.doesNotMatch(text, /^outside|hidden|"dataset"|root:/, path);
  }
});

test('a code is good for one page', async (context) => {
  const { base, makeOpening } = await testServer(context);
  const opening = new URL(makeOpening());
  assert.equal(opening.searchParams.has('token'), false);
  const code = opening.searchParams.get('code');
  const exchange = (body: object, headers = {}): Promise<Response> =>
    fetch(`${base}/api/token`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  assert.equal((await exchange({ code }, { Origin: 'http://evil.example' })).status, 403);
  for (const wrong of [{}, { code: `${code}x` }, { code: [code] }])
    assert.deepEqual(await codeOf(await exchange(wrong)), [401, 'ALEX_SERVE_TOKEN']);
  assert.deepEqual(await (await exchange({ code })).json(), { token });
  assert.deepEqual(await codeOf(await exchange({ code })), [401, 'ALEX_SERVE_TOKEN']);
});

test('a folder that is a run itself is listed by its name', async (context) => {
  const run = writeRun(join(temporaryFolder(context), 'alone'), {}, [startOf(0)]);
  const { ask } = await testServer(context, { runs: run });
  const [listed] = (await (await ask('/api/runs')).json()) as { id: string; path: string }[];
  assert.deepEqual([listed!.id, listed!.path], ['alone', realpathSync(run)]);
  assert.equal((await ask('/api/runs/alone')).status, 200);
});

test('a page can tell the server from another at its port', async (context) => {
  const { base, port } = await testServer(context);
  const nonce = '0123456789abcdef'.repeat(3);
  const { proof } = (await (await fetch(`${base}/api/proof?nonce=${nonce}`)).json()) as { proof: string };
  assert.equal(proof, createHmac('sha256', token).update(`${nonce} ${port}`).digest('hex'));
  for (const query of ['', '?nonce=zz', '?nonce=1&nonce=2'])
    assert.deepEqual(await codeOf(await fetch(`${base}/api/proof${query}`)), [400, 'ALEX_SERVE_REQUEST']);
});

test('the token is kept for its owner alone, for a month', (context) => {
  const path = join(temporaryFolder(context), 'cache/studio-token');
  const first = studioToken(path);
  assert.match(first, /^[\w-]{43}$/);
  assert.equal(studioToken(path), first);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  chmodSync(path, 0o644);
  const second = studioToken(path);
  assert.notEqual(second, first, 'others could have read it');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const old = Date.now() / 1000 - 31 * 86_400;
  utimesSync(path, old, old);
  assert.notEqual(studioToken(path), second);
  assert.match(studioToken(join(path, 'no', 'folder')), /^[\w-]{43}$/);
});

test('a port that is taken, and a studio that is not built, are said', async (context) => {
  const { port } = await testServer(context);
  await assert.rejects(testServer(context, { port }), {
    code: 'ALEX_SERVE_PORT',
    message: /another program has it.*--port/,
  });
  const nowhere = { studio: temporaryFolder(context), runs: 'runs', port: 0, token };
  await assert.rejects(startStudioServer(nowhere), {
    code: 'ALEX_SERVE_STUDIO',
    message: /npm run build:web/,
  });
});

test('a path that cannot be decoded is answered as all others are', async (context) => {
  const { port } = await testServer(context);
  for (const path of ['/%', '/api/%zz']) {
    const [status, text, headers] = await raw(port, path);
    assert.equal(status, 400, path);
    assert.equal((JSON.parse(text) as { code: string }).code, 'ALEX_SERVE_REQUEST');
    assert.match(String(headers['content-security-policy']), /default-src 'none'/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    const [refused, why] = await raw(port, path, { host: 'evil.example' });
    assert.equal(refused, 421, path);
    assert.match(why, /ALEX_SERVE_HOST/);
  }
});

test('the id of a run may be long, and the folder of runs must be a folder', async (context) => {
  const { ask, runs } = await testServer(context);
  const id = `${'a'.repeat(120)}/${'b'.repeat(120)}`;
  writeRun(join(runs, id), {}, [startOf(0)]);
  assert.equal((await ask(`/api/runs/${encodeURIComponent(id)}`)).status, 200);
  await assert.rejects(testServer(context, { runs: join(runs, id, 'config.json') }), {
    code: 'ALEX_OPTION_VALUE',
    message: /expected a folder/,
  });
});

test('an order goes into no other folder, and none is taken by a run that is being tested', async (context) => {
  const { ask, runs } = await testServer(context);
  const order = async (run: string, type: string): Promise<[number, string]> => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ type, learningRate: 0.1 });
    const response = await ask(`/api/runs/${run}/orders`, { method: 'POST', body, headers });
    return [response.status, ((await response.json()) as { code: string }).code];
  };
  const marker = JSON.stringify({ pid: process.pid, host: hostname(), control: true });
  const elsewhere = temporaryFolder(context);
  const linked = writeRun(join(runs, 'linked'), {}, [startOf(0)]);
  symlinkSync(elsewhere, join(linked, 'orders'));
  writeFileSync(join(linked, 'running.json'), marker);
  assert.deepEqual(await order('linked', 'stop'), [500, 'ALEX_FILE_WRITE']);
  assert.deepEqual(readdirSync(elsewhere), []);
  const epoch = {
    type: 'epoch',
    epoch: 2,
    loss: 2,
    seconds: 5,
    imagesPerSecond: 20,
    waitShare: 0,
    last: true,
  };
  const tested = writeRun(join(runs, 'tested'), {}, [startOf(0), epoch]);
  mkdirSync(join(tested, 'orders'));
  writeFileSync(join(tested, 'running.json'), marker);
  for (const type of ['checkpoint', 'learning-rate'])
    assert.deepEqual(await order('tested', type), [409, 'ALEX_SERVE_CONTROL'], type);
  assert.deepEqual(readdirSync(join(tested, 'orders')), []);
  assert.deepEqual(await order('tested', 'stop'), [202, undefined]);
});

test('what is not there, and what is no request, is said in JSON', async (context) => {
  const { ask } = await testServer(context);
  assert.deepEqual(await codeOf(await ask('/api/nothing')), [404, 'ALEX_SERVE_REQUEST']);
  assert.deepEqual(await codeOf(await ask('/api/runs/gone')), [404, 'ALEX_SERVE_RUN']);
  const post = (body: string, type = 'application/json'): Promise<Response> =>
    ask('/api/runs/gone/orders', { method: 'POST', body, headers: { 'content-type': type } });
  assert.deepEqual(await codeOf(await post('{')), [400, 'ALEX_SERVE_REQUEST']);
  assert.deepEqual(await codeOf(await post('{"type":"explode"}')), [400, 'ALEX_SERVE_REQUEST']);
  assert.deepEqual(await codeOf(await post('a=1', 'application/x-www-form-urlencoded')), [
    415,
    'ALEX_SERVE_REQUEST',
  ]);
  assert.deepEqual(await codeOf(await post('"'.padEnd(70_000))), [413, 'ALEX_SERVE_REQUEST']);
  assert.deepEqual(await codeOf(await post('{"type":"stop"}')), [404, 'ALEX_SERVE_RUN']);
});
