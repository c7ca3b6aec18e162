import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageProtocol } from '../../../src/cli/images/imageProtocol.ts';

const shown = { shown: true, colorDepth: 24 } as const;

test('terminals are known by what they put into the environment', () => {
  const known: readonly (readonly [string, Record<string, string>])[] = [
    ['kitty', { TERM: 'xterm-kitty' }],
    ['kitty', { TERM: 'xterm-256color', KITTY_WINDOW_ID: '1' }],
    ['kitty', { TERM: 'xterm-ghostty', TERM_PROGRAM: 'ghostty' }],
    ['kitty', { TERM: 'xterm-256color', KONSOLE_VERSION: '230805' }],
    ['blocks', { TERM: 'xterm-256color', KONSOLE_VERSION: '211200' }],
    ['iterm2', { TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app' }],
    ['iterm2', { TERM: 'xterm-256color', LC_TERMINAL: 'iTerm2' }],
    ['iterm2', { TERM: 'xterm-256color', TERM_PROGRAM: 'WezTerm' }],
    ['sixel', { TERM: 'foot' }],
    ['sixel', { TERM: 'mlterm-256color' }],
    ['sixel', { TERM: 'xterm-256color', WT_SESSION: 'a-b' }],
    ['blocks', { TERM: 'xterm-256color' }],
    ['blocks', { TERM: 'xterm-256color', TERM_PROGRAM: 'Apple_Terminal' }],
    // Started from Kitty, but another terminal.
    ['blocks', { TERM: 'xterm-256color', TERM_PROGRAM: 'vscode', KITTY_WINDOW_ID: '1' }],
    // A multiplexer inside of Kitty.
    ['blocks', { TERM: 'tmux-256color', KITTY_WINDOW_ID: '1' }],
    ['blocks', { TERM: 'xterm-kitty', ZELLIJ: '0' }],
  ];
  for (const [expected, environment] of known) {
    assert.equal(imageProtocol(shown, environment), expected, JSON.stringify(environment));
  }
});

test('ALEXNET_IMAGES decides, but never where nothing is shown', () => {
  const inTmux = { TERM: 'tmux-256color', TMUX: 'x', ALEXNET_IMAGES: 'sixel' };
  assert.equal(imageProtocol(shown, inTmux), 'sixel');
  assert.equal(imageProtocol(shown, { TERM: 'xterm-kitty', ALEXNET_IMAGES: 'none' }), 'none');
  assert.equal(imageProtocol(shown, { TERM: 'xterm-kitty', ALEXNET_IMAGES: '' }), 'kitty');
  assert.equal(imageProtocol({ shown: false, colorDepth: 24 }, inTmux), 'none');
  assert.throws(
    () => imageProtocol(shown, { ALEXNET_IMAGES: 'png' }),
    /ALEX_OPTION_VALUE.*ALEXNET_IMAGES is "?png/,
  );
});

test('half blocks are made of colours', () => {
  assert.equal(imageProtocol({ shown: true, colorDepth: 1 }, { TERM: 'xterm' }), 'none');
  assert.equal(imageProtocol({ shown: true, colorDepth: 1 }, { TERM: 'xterm-kitty' }), 'kitty');
});
