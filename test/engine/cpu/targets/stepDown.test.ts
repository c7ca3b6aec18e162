/** What keeps machine code from running is provoked in a child process, which must then train to the same bits. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { CpuDiagnosis } from '../../../../src/engine/cpu/targets/describeTargets.ts';
import { lacks } from '../../../../src/engine/cpu/targets/target.ts';

const skip = lacks('x64-avx2')?.reason ?? false;
const cache = mkdtempSync(join(tmpdir(), 'alexnet-cache-'));
after(() => rmSync(cache, { recursive: true }));

interface Outcome {
  readonly target: string;
  readonly diagnosis: CpuDiagnosis;
  /** A hash of the logits after a step. */
  readonly bits: string;
  readonly forced: string;
  readonly warnings: string;
}

const program = `
  import { createHash } from 'node:crypto';
  import { createEngine } from './src/engine/create.ts';
  import { describeCpuTargets } from './src/engine/cpu/targets/describeTargets.ts';
  import { everyLayer } from './test/engine/suiteNetworks.ts';
  import { fillHashed, hashedLabels } from './test/engine/hashedTensors.ts';
  const engine = await createEngine('cpu', { threads: 2 });
  await createEngine('cpu');
  const program = await engine.compile(everyLayer, { batchSize: 3, training: true });
  fillHashed(everyLayer, { seed: 1 }, (name, values) => program.writeParameter(name, values));
  const sgd = { learningRate: 0.05, momentum: 0.9, weightDecay: 0.01 };
  await program.step({ labels: hashedLabels(2, 3, 7), optimizer: sgd });
  const logits = await program.forward();
  await program.dispose();
  const bits = createHash('sha256').update(logits).digest('hex');
  const forced = await createEngine('x64').then(({ target }) => target, ({ message }) => message);
  const diagnosis = await describeCpuTargets();
  process.stdout.write(JSON.stringify({ target: engine.target, diagnosis, bits, forced }));
`;

async function run(preload?: string, environment: Record<string, string> = {}): Promise<Outcome> {
  const imports = preload ? ['--import', new URL(`./provoke/${preload}.ts`, import.meta.url).href] : [];
  const args = [...imports, '--input-type=module-typescript', '--eval', program];
  const cwd = new URL('../../../..', import.meta.url);
  const env = { ...process.env, ALEXNET_CACHE: join(cache, preload ?? 'plain'), ...environment };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd, env });
  return { ...(JSON.parse(stdout) as Omit<Outcome, 'warnings'>), warnings: stderr };
}

const plain = skip ? undefined : run();

/** What is said of the targets that are not taken. */
function refusals({ diagnosis }: Outcome): string[] {
  return diagnosis.candidates.flatMap(({ available, reason }) => (available ? [] : [reason]));
}

describe('steps down to WebAssembly, says so once, and computes the same', { skip }, () => {
  const provoked: readonly (readonly [what: string, preload: string, reason: RegExp])[] = [
    ['koffi is missing', 'noKoffi', /^Cannot find module 'koffi'$/],
    [
      'the system refuses executable pages',
      'noExecutablePages',
      /^an executable page was refused \(EACCES: /,
    ],
    ['a kernel gives wrong answers', 'wrongAnswers', /^failed the known-answer check \(maxPool\)$/],
  ];
  for (const [what, preload, reason] of provoked) {
    const onLinux = preload !== 'noExecutablePages' || process.platform === 'linux';
    it(`when ${what}`, { skip: onLinux ? false : 'seccomp is of Linux' }, async () => {
      const outcome = await run(preload);
      assert.match(outcome.target, /^wasm-/);
      assert.equal(outcome.bits, (await plain)!.bits);
      assert.equal(refusals(outcome).length, 2);
      for (const refusal of refusals(outcome)) assert.match(refusal, reason);
      assert.match(
        outcome.forced,
        /^ALEX_ENGINE_UNAVAILABLE: the engine "x64" cannot run here: x64-avx512: /,
      );
      assert.equal(outcome.warnings.match(/AlexnetWarning/g)?.length, 1, outcome.warnings);
      assert.match(outcome.warnings, /cannot use x64-avx512 and x64-avx2 here and takes wasm-/);
    });
  }
});

it('takes WebAssembly on another architecture, without a word', { skip }, async () => {
  const outcome = await run('otherArchitecture');
  assert.match(outcome.target, /^wasm-/);
  assert.equal(outcome.bits, (await plain)!.bits);
  for (const refusal of refusals(outcome)) assert.match(refusal, /^not on \w+ arm64$/);
  assert.equal(outcome.warnings, '');
});

it('uses no more than AVX2 where ALEXNET_ISA says so, without a word', { skip }, async () => {
  const outcome = await run(undefined, { ALEXNET_ISA: 'avx2' });
  assert.match(outcome.target, /^(x64-avx2|wasm-)/);
  assert.equal(outcome.forced, 'x64-avx2');
  assert.equal(outcome.bits, (await plain)!.bits);
  assert.deepEqual([refusals(outcome), outcome.warnings], [['ALEXNET_ISA is avx2'], '']);
});

it('refuses another ALEXNET_ISA', async () => {
  await assert.rejects(run(undefined, { ALEXNET_ISA: 'avx3' }), /ALEX_OPTION_VALUE: ALEXNET_ISA is avx3/);
});

it('takes machine code where nothing is in its way', { skip }, async () => {
  const { target, forced, warnings } = (await plain)!;
  assert.match(forced, /^x64-avx/);
  assert.match(target, /^(x64|wasm)-/);
  assert.equal(warnings, '');
});
