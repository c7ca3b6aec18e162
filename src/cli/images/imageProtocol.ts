import { alexnetError } from '../../errors.ts';
import type { ColorDepth } from '../color.ts';

/** How a terminal shows pictures: by one of three protocols, by colours of half blocks, or not at all. */
export const imageProtocols = ['kitty', 'iterm2', 'sixel', 'blocks', 'none'] as const;
export type ImageProtocol = (typeof imageProtocols)[number];

type Environment = Readonly<Record<string, string | undefined>>;

/** What is written goes to a terminal, with these colours. */
interface Shown {
  readonly shown: boolean;
  readonly colorDepth: ColorDepth;
}

/**
 * Chosen by what terminals say of themselves in the environment; nothing is asked of the terminal, whose answer would be
 * read as if it had been typed. ALEXNET_IMAGES decides where it is set. Throws ALEX_OPTION_VALUE.
 */
export function imageProtocol({ shown, colorDepth }: Shown, environment: Environment): ImageProtocol {
  const asked = environment['ALEXNET_IMAGES'];
  if (asked !== undefined && asked !== '' && !isProtocol(asked)) {
    const expected = `one of ${imageProtocols.join(', ')}`;
    throw alexnetError('ALEX_OPTION_VALUE', { option: 'ALEXNET_IMAGES', value: asked, expected });
  }
  if (!shown) return 'none';
  const chosen = asked || (isMultiplexed(environment) ? undefined : ownProtocol(environment)) || 'blocks';
  return chosen === 'blocks' && colorDepth === 1 ? 'none' : (chosen as ImageProtocol);
}

function isProtocol(word: string): word is ImageProtocol {
  return imageProtocols.some((one) => one === word);
}

/** Multiplexers keep a screen of characters, and pass on the outer terminal's environment but not its pictures. */
function isMultiplexed(environment: Environment): boolean {
  return (
    ['TMUX', 'STY', 'ZELLIJ'].some((name) => environment[name]) ||
    /^(screen|tmux)/.test(environment['TERM'] ?? '')
  );
}

const byTerm: readonly (readonly [RegExp, ImageProtocol])[] = [
  [/^xterm-(kitty|ghostty)$/, 'kitty'],
  [/^(foot|mlterm|contour|yaft|vt340)/, 'sixel'],
];

const byProgram: Readonly<Record<string, ImageProtocol>> = {
  ghostty: 'kitty',
  WarpTerminal: 'kitty',
  'iTerm.app': 'iterm2',
  WezTerm: 'iterm2',
  mintty: 'iterm2',
  rio: 'iterm2',
};

/** LC_ variables come through ssh. */
const byVariable: Readonly<Record<string, ImageProtocol>> = {
  KITTY_WINDOW_ID: 'kitty',
  GHOSTTY_RESOURCES_DIR: 'kitty',
  WEZTERM_PANE: 'iterm2',
  ITERM_SESSION_ID: 'iterm2',
  WT_SESSION: 'sixel',
};

/** Konsole's first version with Kitty's protocol: 22.04. */
const konsoleWithImages = 220_400;

function ownProtocol(environment: Environment): ImageProtocol | undefined {
  const { TERM: term = '', TERM_PROGRAM: program = '' } = environment;
  const named = byTerm.find(([pattern]) => pattern.test(term))?.[1] ?? byProgram[program];
  if (named !== undefined) return named;
  // A terminal that says its name, and is none of these, was started from one of them.
  if (program !== '') return undefined;
  if (environment['LC_TERMINAL'] === 'iTerm2') return 'iterm2';
  if (Number(environment['KONSOLE_VERSION']) >= konsoleWithImages) return 'kitty';
  return Object.entries(byVariable).find(([name]) => environment[name])?.[1];
}
