import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

let folder: string;
/** Arguments that make Node run a copy of the launcher as if it were Node 20. */
let asNode20: string[];

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'alexnet-launcher-'));
  cpSync(fileURLToPath(new URL('../../bin', import.meta.url)), join(folder, 'bin'), { recursive: true });
  const disguise = join(folder, 'disguise.cjs');
  writeFileSync(disguise, `Object.defineProperty(process.versions, 'node', { value: '20.1.0' });`);
  asNode20 = ['--require', disguise, join(folder, 'bin', 'alexnet.js')];
});

after(() => rmSync(folder, { recursive: true }));

test('an old Node with no other beside it is told what to do', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, asNode20, { encoding: 'utf8' });
  assert.deepEqual([status, stdout], [1, '']);
  assert.match(
    stderr,
    /^ALEX_NODE_VERSION: this is Node 20\.1\.0; alexnet needs Node 26 or newer\.\nRun "npm/,
  );
});

const onLinux = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);
const needsLinux = onLinux
  ? {}
  : { skip: 'its stand-in for Node is a shell script, under the name of a Linux package' };

/** Puts a script in the place of the Node that npm brings along. */
function bringNode(script: string): void {
  const home = join(folder, 'node_modules', `node-linux-${process.arch}`);
  mkdirSync(join(home, 'bin'), { recursive: true });
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'node', version: '26.10.0' }));
  writeFileSync(join(home, 'bin', 'node'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(home, 'bin', 'node'), 0o755);
}

test('an old Node hands over to the one that npm brought, with arguments and exit code', needsLinux, () => {
  bringNode('for last; do :; done; echo "ran $last"; exit 7');
  const args = [...asNode20, 'info', 'a b'];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.deepEqual([status, stdout], [7, 'ran a b\n']);
});

test(
  'the old Node waits through Ctrl-C for the other, and passes on its end by a signal',
  needsLinux,
  async () => {
    bringNode('echo up; read line; echo "read $line"; kill -TERM $$');
    const child = spawn(process.execPath, asNode20);
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      stdout += piece;
      if (piece !== 'up\n') return;
      child.kill('SIGINT');
      setTimeout(() => child.stdin.write('on\n'), 100);
    });
    await once(child, 'close');
    assert.deepEqual([stdout, child.exitCode, child.signalCode], ['up\nread on\n', null, 'SIGTERM']);
  },
);
