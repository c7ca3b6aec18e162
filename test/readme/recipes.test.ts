/** docs/recipes.md has a table of what tells the recipes apart. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { optionChecks, type OptionName } from '../../src/training/optionChecks.ts';
import { recipeNames } from '../../src/training/recipes/recipeNames.ts';
import { recipes } from '../../src/training/recipes/recipes.ts';

function shown(value: unknown): string {
  if (value === undefined) return '–';
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, own]) => `${name}=${String(own)}`)
    .join(', ');
}

test("the table of recipes has the recipes' values, and every option that tells them apart", () => {
  const document = readFileSync(resolve(import.meta.dirname, '../../docs/recipes.md'), 'utf8');
  const table = document.slice(document.indexOf('<!-- checked: these are the recipes'));
  const rows = [...table.matchAll(/^\| `(\w+)` +\|(.*)\|$/gm)].map(([, option, cells]) => [
    option!,
    ...cells!.split('|').map((cell) => cell.trim()),
  ]);
  const expected = (Object.keys(optionChecks) as OptionName[])
    .filter((option) => option !== 'recipe')
    .map((option) => [option, ...recipeNames.map((name) => shown(recipes[name][option]))])
    .filter(([, ...values]) => new Set(values).size > 1);
  const names = new Set(expected.map(([option]) => option));
  assert.deepEqual(
    rows.filter(([option]) => names.has(option!)),
    expected,
  );
});
