import { Command } from 'commander';
import { languages, userLanguage, type Language, type Text } from '../language.ts';
import type { Report } from '../report/writeReport.ts';
import { catchInterrupt } from './interrupt.ts';
import { oneOf, readers, whole } from './options.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { bar, bytes, percent } from './text.ts';
import { createThrottle } from './throttle.ts';

interface ReportOptions {
  readonly out?: string;
  readonly lang?: Language;
  readonly dataDir?: string;
  readonly limitTest?: number;
  readonly threads?: number;
  readonly json?: boolean;
}

const about = `Writes a report about a training run, one HTML file: curves, what the model gets right and wrong, where it
looks, what its units respond to, and where time and memory go. The run's model is tested on the run's test images
for that. What is not there, such as the data, is left out, and the report says so.`;

/** `alexnet report`. */
export function reportCommand(): Command {
  return new Command('report')
    .summary('a page about a training run: curves, mistakes, what the network looks at')
    .description(about)
    .argument('<run>', 'folder of a training run')
    .option('--out <file>', 'where to write it (default: report.html in the folder of the run)')
    .option('--lang <language>', 'en or ja (default: that of your locale)', oneOf('--lang', languages))
    .option('--data-dir <dir>', 'where to look for data sets')
    .option(
      '--limit-test <n>',
      'the first N test images only',
      whole('--limit-test', 1, Number.MAX_SAFE_INTEGER),
    )
    .option('--threads <n>', 'threads of the engine (default: one a processor)', readers.threads)
    .addHelpText(
      'after',
      '\nExamples:\n  $ alexnet report runs/alexnet-32-shapes\n  $ alexnet report runs/alexnet-cifar10 --lang ja --out report-ja.html',
    )
    .action(async (folder: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ReportOptions>();
      await report(createTerminal(options.json === true), folder, options);
    });
}

async function report(terminal: Terminal, folder: string, options: ReportOptions): Promise<void> {
  const { writeReport } = await import('../report/writeReport.ts');
  const { lang: language = userLanguage(), json: _json, ...others } = options;
  const interrupt = catchInterrupt(terminal, 'ending… (Ctrl-C again to stop at once)');
  try {
    const written = await writeReport(folder, {
      ...others,
      language,
      signal: interrupt.signal,
      onProgress: progressLines(terminal),
      onNotice: (message) => terminal.say(`note: ${message}`),
    });
    terminal.drawLine('');
    tell(terminal, written, language);
  } finally {
    terminal.drawLine('');
    interrupt.release();
  }
}

function progressLines(terminal: Terminal): (what: string, done: number, total: number) => void {
  const due = createThrottle(terminal);
  return (what, done, total) => {
    if (!due()) return;
    const share = total === 0 ? 0 : done / total;
    if (terminal.live) terminal.drawLine(`${bar(share, 20)}  ${percent(share)}  ${what}`);
    else if (!terminal.json) terminal.say(`${what} ${percent(share)}`);
  };
}

function tell(terminal: Terminal, { out, bytes: size, tested, leftOut }: Report, language: Language): void {
  const t = (text: Text): string => text[language];
  terminal.emit({ type: 'report', file: out, bytes: size, ...tested, leftOut });
  if (tested) {
    const { correct, total, expectedCalibrationError } = tested;
    terminal.print(
      t({
        en: `${correct} of ${total} test images are right (${percent(correct / total)}); expected calibration error ${percent(expectedCalibrationError)}`,
        ja: `テスト画像 ${total} 枚中 ${correct} 枚が正解 (${percent(correct / total)})、期待較正誤差 ${percent(expectedCalibrationError)}`,
      }),
    );
  }
  const reasons = new Map<string, string[]>();
  for (const { section, reason } of leftOut) reasons.set(reason, [...(reasons.get(reason) ?? []), section]);
  for (const [reason, names] of reasons) {
    const list = names.join(t({ en: '; ', ja: '、' }));
    terminal.say(t({ en: `left out: ${list}\n  ${reason}`, ja: `省いた節: ${list}\n  ${reason}` }));
  }
  terminal.print(t({ en: `The report: ${out}, ${bytes(size)}`, ja: `レポート: ${out}、${bytes(size)}` }));
}
