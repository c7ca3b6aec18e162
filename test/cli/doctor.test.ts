import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { createCpuEngine } from '../../src/engine/cpu/engine.ts';
import { train } from '../../src/training/train.ts';
import { runs } from '../diagnosis/faultyRuns.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { jsonLines, runAlexnet } from './runAlexnet.ts';

test('doctor RUN tells what is wrong, in either language and as JSON; a folder that is no run is refused', async (context) => {
  const folder = temporaryFolder(context);
  const out = join(folder, 'run');
  const engine = await createCpuEngine({ threads: 1 });
  await train({ ...runs['rate / 1000'], limitTrain: 480, limitTest: 50, out }, { engine });
  const [json, japanese, none] = await Promise.all([
    runAlexnet(['doctor', out, '--json', '--images', '100']),
    runAlexnet(['doctor', out, '--lang', 'ja', '--images', '100']),
    runAlexnet(['doctor', folder]),
  ]);
  const [finding, end] = jsonLines(json.stdout);
  assert.deepEqual([finding!['type'], finding!['diagnosis']], ['finding', 'learning-rate-low']);
  assert.match((finding!['advice'] as string[])[0]!, /--lr 0\.0001/);
  assert.deepEqual(end, { type: 'diagnosis', run: out, findings: 1, examined: 100 });
  assert.match(japanese.stdout, /学習率が低すぎる\n {2}/);
  assert.deepEqual([json.code, japanese.code, none.code], [0, 0, 1]);
  assert.match(none.stderr, /ALEX_RUN_UNREADABLE/);
});
