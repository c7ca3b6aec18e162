/** `alexnet doctor RUN`: what is wrong with a training, told to a person or a program. */
import type { RunDiagnosis } from '../diagnosis/diagnoseRun.ts';
import type { Language, Text } from '../language.ts';
import { catchInterrupt } from './interrupt.ts';
import { createProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';
import { count, wrap } from './text.ts';

export interface RunDiagnosisOptions {
  readonly language: Language;
  readonly dataset?: string | undefined;
  readonly dataDir?: string | undefined;
  readonly images?: number | undefined;
  readonly threads?: number | undefined;
}

/** Throws what diagnoseRun throws. */
export async function tellRunDiagnosis(
  terminal: Terminal,
  folder: string,
  { language, threads, ...options }: RunDiagnosisOptions,
): Promise<void> {
  const { readRun } = await import('../report/runRecord.ts');
  // A folder that is no run is told before an engine starts.
  await readRun(folder);
  const { createEngine } = await import('../engine/create.ts');
  const { diagnoseRun } = await import('../diagnosis/diagnoseRun.ts');
  const interrupt = catchInterrupt(terminal, '');
  try {
    const { signal } = interrupt;
    const engine = await createEngine('cpu', { threads });
    const onProgress = createProgress(terminal);
    const diagnosis = await diagnoseRun(folder, { ...options, engine, signal, onProgress });
    terminal.drawLine('');
    emit(terminal, diagnosis, language);
    tell(terminal, diagnosis, language);
  } finally {
    interrupt.release();
  }
}

function emit(
  terminal: Terminal,
  { run, findings, examined, notExamined }: RunDiagnosis,
  language: Language,
): void {
  for (const { name, title, evidence, advice, values } of findings) {
    terminal.emit({
      type: 'finding',
      diagnosis: name,
      title: title[language],
      evidence: evidence[language],
      advice: advice.map((text) => text[language]),
      values,
    });
  }
  const missing = notExamined === undefined ? {} : { notExamined };
  terminal.emit({ type: 'diagnosis', run: run.folder, findings: findings.length, examined, ...missing });
}

function tell(
  terminal: Terminal,
  { run, findings, examined, notExamined }: RunDiagnosis,
  language: Language,
): void {
  const columns = Math.min(100, terminal.columns);
  /** The first line behind `mark`, the others as far in. */
  const print = (text: string, mark = ''): void =>
    terminal.print(
      wrap(text, columns - mark.length)
        .split('\n')
        .map((line, i) => `${i === 0 ? mark : ' '.repeat(mark.length)}${line}`)
        .join('\n'),
    );
  print(basis(run, examined)[language]);
  if (notExamined !== undefined) print(withoutImages(notExamined)[language]);
  const nothing = examined > 0 ? nothingWrong : nothingByEvents;
  if (findings.length === 0) return print(`\n${nothing[language]}`);
  for (const { title, evidence, advice } of findings) {
    terminal.print('');
    print(title[language]);
    print(evidence[language], '  ');
    for (const text of advice) print(text[language], '  - ');
  }
}

const nothingWrong: Text = {
  en: 'Nothing wrong was found.',
  ja: '問題は見つからなかった。',
};

const nothingByEvents: Text = {
  en: 'Nothing wrong was found by the events alone.',
  ja: '記録だけからは、問題は見つからなかった。',
};

function basis({ folder, epochs, watches }: RunDiagnosis['run'], examined: number): Text {
  return {
    en: `${folder}: epochs ${epochs.length}, watches ${watches.length}, training images looked at ${count(examined)}.`,
    ja: `${folder}: ${epochs.length} エポック、観察 ${watches.length} 回、調べた訓練画像 ${count(examined)} 枚。`,
  };
}

function withoutImages(problem: string): Text {
  return {
    en: `Labels, classes and overfitting could not be judged by images: ${problem}`,
    ja: `ラベル・クラスの偏り・過学習を画像から判断できなかった: ${problem}`,
  };
}
