/**
 * Runs the commands of README.md as they are written, in a fresh copy of the repository and with the machine's own
 * Node: `node test/readme/runReadme.ts FOLDER`. A block under the comment `<!-- needs: cifar10 -->` runs when the data
 * is at hand, with a limit on the number of images; one that needs something else is skipped, and said so.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { delimiter, join, relative, resolve } from 'node:path';
import { fencedBlocks, type FencedBlock } from './fencedBlocks.ts';

const repository = resolve(import.meta.dirname, '../..');
const cifar10 = process.env['ALEXNET_CIFAR10'] ?? resolve(repository, '../shared/data');
const notCopied = ['node_modules', 'dist', 'runs', 'data', '.git'];
const limits = '--limit-train 64 --limit-test 32';

/** The repository without what is installed or built. */
function copyRepository(folder: string): void {
  cpSync(repository, folder, {
    recursive: true,
    filter: (path) => !notCopied.includes(relative(repository, path)),
  });
}

/** The environment of somebody who has just cloned: none of this process's npm settings and paths. */
function newcomer(): NodeJS.ProcessEnv {
  const path = process.env['PATH']!.split(delimiter).filter((entry) => !entry.includes('node_modules'));
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'));
  return { ...Object.fromEntries(own), PATH: path.join(delimiter), ALEXNET_DATA: cifar10 };
}

/** The commands to run, or why there are none. */
function commandsOf({
  text,
  remark,
}: FencedBlock): { readonly commands: string } | { readonly skip: string } {
  if (remark === undefined) return { commands: text };
  if (remark !== 'needs: cifar10') return { skip: remark };
  if (!existsSync(cifar10)) return { skip: `${remark}, which is not at ${cifar10}` };
  return { commands: text.replaceAll(/^npx alexnet train\b.*$/gm, `$& ${limits}`) };
}

function runBlock(block: FencedBlock, folder: string): void {
  const found = commandsOf(block);
  if ('skip' in found) {
    console.log(`README.md:${block.line}: skipped (${found.skip})\n${block.text}\n`);
    return;
  }
  console.log(`README.md:${block.line}: ${folder}$\n${found.commands}\n`);
  const shell = ['-euo', 'pipefail', '-c', found.commands];
  const { status } = spawnSync('bash', shell, { cwd: folder, env: newcomer(), stdio: 'inherit' });
  if (status === 0) return;
  console.error(`README.md:${block.line}: these commands ended with ${status}`);
  process.exit(1);
}

const folder = join(resolve(process.argv[2] ?? ''), 'alexnet');
copyRepository(folder);
const blocks = fencedBlocks(readFileSync(join(repository, 'README.md'), 'utf8'));
for (const block of blocks.filter(({ language }) => language === 'sh')) runBlock(block, folder);
