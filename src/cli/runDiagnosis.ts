/** `alexnet doctor RUN`: what is wrong with a training, told to a person or a program. */
import type { RunDiagnosis } from '../diagnosis/diagnoseRun.ts';
import { basis, nothingWrong, withoutImages } from '../diagnosis/remarks.ts';
import type { Language } from '../language.ts';
import { catchInterrupt } from './interrupt.ts';
import { createProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';
import { wrap } from './text.ts';

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
  const { readRun } = await import('../training/runRecord.ts');
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
  print(`${run.folder}: ${basis(run, examined)[language]}`);
  if (notExamined !== undefined) {
    print(withoutImages({ en: notExamined, ja: notExamined })[language]);
  }
  if (findings.length === 0) return print(`\n${nothingWrong(examined)[language]}`);
  for (const { title, evidence, advice } of findings) {
    terminal.print('');
    print(title[language]);
    print(evidence[language], '  ');
    for (const text of advice) print(text[language], '  - ');
  }
}
