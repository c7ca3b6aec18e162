import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestName } from '../src/nearestName.ts';

const networks = ['alexnet', 'alexnet-32'];

test('a mistyped name finds the one that was meant', () => {
  assert.equal(nearestName('alxenet', networks), 'alexnet');
  assert.equal(nearestName('AlexNet32', networks), 'alexnet-32');
  assert.equal(nearestName('shape', ['cifar10', 'shapes']), 'shapes');
  assert.equal(nearestName('cifra10', ['cifar10', 'shapes']), 'cifar10');
});

test('a word that is like none finds none', () => {
  assert.equal(nearestName('resnet-50', ['cifar10', 'shapes']), undefined);
  assert.equal(nearestName('', networks), undefined);
  assert.equal(nearestName('x', ['he', 'torchvision']), undefined);
});
