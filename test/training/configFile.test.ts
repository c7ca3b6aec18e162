import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { AlexnetError } from '../../src/errors.ts';
import { trainingConfig } from '../../src/training/config.ts';
import type { TrainingOptions } from '../../src/training/trainingOptions.ts';
import { configText, newConfig, parseConfig } from '../../src/training/configFile.ts';
import { optionChecks } from '../../src/training/optionChecks.ts';
import { recipes } from '../../src/training/recipes/recipes.ts';
import { recipeNames } from '../../src/training/recipes/recipeNames.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { tinyNetwork } from './tinyTraining.ts';

for (const name of recipeNames) {
  test(`${name}: the recipe is what its name gives, and its file gives it back`, () => {
    const config = trainingConfig({ recipe: name });
    assert.deepEqual(config, recipes[name]);
    const text = configText(config);
    assert.deepEqual(parseConfig('my.json', text), config);
    assert.equal(configText(parseConfig('my.json', text)), text);
    assert.deepEqual(Object.keys(JSON.parse(text) as object), Object.keys(optionChecks));
  });
}

test('a file may name a few options; the rest is the recipe that it names', () => {
  const config = parseConfig('my.json', '{ "epochs": 3, "recipe": "paper", "validation": null }');
  const { validation: _, ...paper } = recipes.paper;
  assert.deepEqual(config, { ...paper, epochs: 3 });
});

test('a network of layers goes through a file', () => {
  const config = trainingConfig({ network: tinyNetwork });
  assert.deepEqual(parseConfig('my.json', configText(config)).network, tinyNetwork);
  const damaged = configText(config).replace('"relu"', '"rule"');
  assert.throws(() => parseConfig('my.json', damaged), { code: 'ALEX_NETWORK_LAYER' });
});

test('options come before those of the file, and null takes one away', async (context) => {
  const path = join(temporaryFolder(context), 'my.json');
  writeFileSync(path, configText(recipes.paper));
  const config = await newConfig({ config: path, epochs: 2, validation: null, limitTrain: 10 });
  const { validation: _, ...paper } = recipes.paper;
  assert.deepEqual(config, { ...paper, epochs: 2, limitTrain: 10 });
  const other = newConfig({ config: path, recipe: 'finetune' });
  await assert.rejects(other, { code: 'ALEX_OPTION_VALUE', message: /recipe is finetune; expected paper/ });
  await assert.rejects(newConfig({ config: `${path}.gone` }), { code: 'ALEX_FILE_READ' });
  // What must be there cannot be taken away.
  await assert.rejects(newConfig({ epochs: null } as TrainingOptions), {
    message: /epochs is null; expected a whole number from 1/,
  });
});

const refused: readonly (readonly [text: string, code: string, message: RegExp])[] = [
  ['', 'ALEX_CONFIG_INVALID', /my\.json .*no JSON/],
  ['[]', 'ALEX_CONFIG_INVALID', /no object/],
  ['null', 'ALEX_CONFIG_INVALID', /no object/],
  ['{ "epochs": 1, "epochs": 2 }', 'ALEX_CONFIG_INVALID', /"epochs" twice/],
  ['{ "epohcs": 1 }', 'ALEX_CONFIG_KEY', /has "epohcs".*Did you mean "epochs"\?/],
  ['{ "learning_rate": 1 }', 'ALEX_CONFIG_KEY', /Did you mean "learningRate"\?/],
  ['{ "__proto__": 1 }', 'ALEX_CONFIG_KEY', /"__proto__"/],
  ['{ "toString": 1 }', 'ALEX_CONFIG_KEY', /"toString"/],
  ['{ "epochs": "3" }', 'ALEX_OPTION_VALUE', /epochs in my\.json is 3; expected a whole number/],
  ['{ "epochs": [3] }', 'ALEX_OPTION_VALUE', /epochs in my\.json is \[3\]; expected/],
  ['{ "schedule": "cosin" }', 'ALEX_OPTION_VALUE', /schedule in my\.json is cosin.*did you mean cosine\?/],
  ['{ "stepEpochs": [3, 2] }', 'ALEX_OPTION_VALUE', /several that grow/],
  ['{ "recipe": "papers" }', 'ALEX_OPTION_VALUE', /did you mean paper\?/],
  ['{ "transforms": [{ "type": "blur" }] }', 'ALEX_DATA_TRANSFORMS', /blur/],
  ['{ "network": { "name": "x" } }', 'ALEX_CONFIG_INVALID', /my\.json/],
  ['{ "network": "alexnett" }', 'ALEX_NETWORK_UNKNOWN', /Did you mean "alexnet"\?/],
  ['{ "schedule": "one-cycle", "warmupEpochs": 1 }', 'ALEX_OPTION_VALUE', /warmupEpochs is 1; expected 0/],
];

for (const [text, code, message] of refused) {
  test(`refused: ${text}`, () => {
    assert.throws(() => parseConfig('my.json', text), { code, message });
  });
}

/** Values that an option may be near to. */
const anyValue = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(...Object.values(optionChecks).flatMap((check) => ('words' in check ? check.words : []))),
  fc.integer({ min: -2, max: 300 }),
  fc.double(),
);
const anyKey = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...Object.keys(optionChecks)) },
  { weight: 1, arbitrary: fc.string() },
);

test('whatever a file holds, it is a configuration that gives itself back, or a coded error', () => {
  let [accepted, wrong] = [0, 0];
  const check = (text: string): void => {
    try {
      const config = parseConfig('my.json', text);
      assert.deepEqual(parseConfig('my.json', configText(config)), config);
      accepted++;
    } catch (error) {
      assert.ok(error instanceof AlexnetError, String(error));
      wrong++;
    }
  };
  fc.assert(
    fc.property(fc.dictionary(anyKey, anyValue, { maxKeys: 4 }), (values) => check(JSON.stringify(values))),
    {
      numRuns: 2000,
    },
  );
  const whole = configText(recipes.paper);
  const spoilt = fc.tuple(fc.nat(whole.length), fc.nat(12), fc.string({ maxLength: 4 }));
  fc.assert(
    fc.property(spoilt, ([at, length, put]) => check(whole.slice(0, at) + put + whole.slice(at + length))),
    { numRuns: 1000 },
  );
  assert.ok(accepted > 100 && wrong > 100, `${accepted} accepted, ${wrong} refused`);
});
