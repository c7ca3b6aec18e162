import { existsSync } from 'node:fs';
import { basename, extname, join, relative } from 'node:path';
import { Command } from 'commander';
import { alexnetError } from '../errors.ts';
import { writeTextAtomically } from '../formats/atomicFile.ts';
import { createTerminal } from './terminal.ts';

const moduleNames: readonly string[] = ['.ts', '.mts'];

/** `alexnet lab new`. */
export function newLabCommand(): Command {
  return new Command('new')
    .summary('write a lab of your own to begin with')
    .description('Writes NAME.mts into this folder: a lab that runs as it is, to be changed.')
    .argument('<name>', 'its name, such as my-lab')
    .addHelpText('after', '\nExamples:\n  $ alexnet lab new my-lab\n  $ alexnet lab ./my-lab.mts --quick')
    .action(async (name: string, _: unknown, command: Command) => {
      const terminal = createTerminal(command.optsWithGlobals<{ json?: boolean }>().json === true);
      // A module in any project, whatever its package.json says of `.ts`.
      const path = moduleNames.includes(extname(name)) ? name : `${name}.mts`;
      if (existsSync(path)) throw alexnetError('ALEX_LAB_EXISTS', { path });
      await writeTextAtomically(path, template(basename(path, extname(path))));
      terminal.emit({ type: 'lab', path });
      terminal.print(`${path} is written. Run it with:\n  alexnet lab ./${path} --quick`);
    });
}

/** How this lab's file imports the library: the package, or in a clone, which may not be built, its sources. */
function librarySpecifier(): string {
  if (extname(import.meta.url) !== '.ts') return 'alexnet-ts';
  const path = relative(process.cwd(), join(import.meta.dirname, '..', 'index.ts'));
  return path.startsWith('.') ? path : `./${path}`;
}

function template(name: string): string {
  return `import { defineLab } from '${librarySpecifier()}';

export const lab = defineLab({
  name: '${name}',
  title: { en: 'Does a larger learning rate learn more?', ja: '学習率を大きくすると、よく学習するか' },
  claim: {
    en: 'With a learning rate ten times as large, the network is better after the same number of steps.',
    ja: '学習率を10倍にすると、同じステップ数でより良くなる。',
  },
  source: 'to be tried',
  sizes: {
    quick: { minutes: 0.5, images: 1000, epochs: 2, seeds: 1 },
    default: { minutes: 1, images: 2000, epochs: 4, seeds: 2 },
    full: { minutes: 8, images: 5000, epochs: 8, seeds: 5 },
  },
  run: async (lab) => {
    const { images, epochs, seeds } = lab.settings;
    const accuracy = async (learningRate: number, seed: number): Promise<number> => {
      const { result } = await lab.train({
        network: 'alexnet-32',
        initialization: 'he',
        dropout: 0.2,
        batchSize: 16,
        limitTrain: images,
        limitTest: 500,
        learningRate,
        epochs,
        seed,
      });
      return result!.accuracy;
    };
    const rates = [0.001, 0.01];
    const bars = [];
    for (const rate of rates) {
      const values = [];
      for (let seed = lab.seed; seed < lab.seed + seeds; seed++) {
        values.push(await lab.trial(\`rate \${rate}, seed \${seed}\`, () => accuracy(rate, seed)));
      }
      const value = values.reduce((sum, one) => sum + one, 0) / seeds;
      bars.push({ label: String(rate), value, values });
    }
    lab.record('bars', bars);
    await lab.barChart('accuracy', {
      title: lab.text({ en: 'Accuracy by learning rate', ja: '学習率ごとの正解率' }),
      description: bars.map(({ label, value }) => \`\${label}: \${value.toFixed(3)}\`).join(', '),
      value: { label: lab.text({ en: 'accuracy on test images', ja: 'テスト画像の正解率' }) },
      bars,
    });
    const [small, large] = bars.map(({ value }) => value);
    const finding = \`\${rates[0]}: \${small.toFixed(3)}, \${rates[1]}: \${large.toFixed(3)}\`;
    return {
      verdict: large > small ? 'agrees' : 'disagrees',
      finding: { en: finding, ja: finding },
      confidence: { en: \`\${seeds} seed(s) each.\`, ja: \`シード \${seeds} 個ずつ。\` },
    };
  },
});
`;
}
