/** Holds `npm start` to what README.md says of it: `node test/readme/demoLearned.ts RUNS_FOLDER`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrainingEvent } from '../../src/training/events.ts';

const leastAccuracy = 0.9;

const text = readFileSync(join(process.argv[2] ?? 'runs', 'alexnet-32-shapes', 'events.jsonl'), 'utf8');
const events = text
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as TrainingEvent);
const result = events.findLast((event) => event.type === 'result');
assert.ok(result, 'npm start has not come to its result');
console.log(`npm start: ${result.correct} of ${result.total} test images are right`);
assert.ok(result.accuracy >= leastAccuracy, `expected at least ${leastAccuracy}, not ${result.accuracy}`);
