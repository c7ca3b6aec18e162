import { readRun, type RunRecord } from '../training/runRecord.ts';
import { diagnoses } from './diagnoses.ts';
import type { DiagnosisName, Evidence, Finding } from './diagnosis.ts';
import { examineImages, type ExamineOptions } from './examineImages.ts';

/** Something that is wrong, and what it is called. */
export type NamedFinding = Finding & { readonly name: DiagnosisName };

export interface RunDiagnosis {
  readonly run: RunRecord;
  /** What is wrong, by the name of the diagnosis, in the order of their list; empty where nothing was found. */
  readonly findings: readonly NamedFinding[];
  /** Training images that the model was tried on; 0 when it or they could not be read, and why. */
  readonly examined: number;
  readonly notExamined?: string;
}

/**
 * Reads the folder of a training run and tells what is wrong with it, from its events and, where they can be read, from
 * what its model makes of its training images. Throws ALEX_RUN_UNREADABLE, ALEX_FILE_READ, and the reason of an aborted
 * signal.
 */
export async function diagnoseRun(folder: string, options: ExamineOptions = {}): Promise<RunDiagnosis> {
  const run = await readRun(folder);
  const examination = await examineImages(run, options);
  const images = 'images' in examination ? examination.images : undefined;
  return {
    run,
    findings: findingsOf({ run, images }),
    examined: images?.examined ?? 0,
    ...('problem' in examination && { notExamined: examination.problem }),
  };
}

/** What is wrong by this evidence, in the order of the diagnoses. */
export function findingsOf(evidence: Evidence): NamedFinding[] {
  return diagnoses.flatMap(({ name, find }) => {
    const finding = find(evidence);
    return finding === undefined ? [] : [{ name, ...finding }];
  });
}
