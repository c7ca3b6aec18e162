import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packageVersion } from '../src/packageVersion.ts';
import manifest from '../package.json' with { type: 'json' };

test('the version is that of package.json', () => {
  assert.equal(packageVersion(), manifest.version);
});
