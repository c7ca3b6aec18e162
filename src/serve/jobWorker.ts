/** A job's thread: does the job that it was started with, and tells. */
import { parentPort, workerData } from 'node:worker_threads';
import { diagnoseRun } from '../diagnosis/diagnoseRun.ts';
import { AlexnetError, alexnetError, problemOf } from '../errors.ts';
import { writeReport } from '../report/writeReport.ts';
import type { Job, JobResult } from './job.ts';
import type { JobMessage } from './protocol.ts';

const tell = (message: JobMessage<JobResult>): void => parentPort!.postMessage(message);

const milliseconds = 100;
let told = 0;

function progress(what: string, done: number, total: number): void {
  const now = performance.now();
  if (now - told < milliseconds) return;
  told = now;
  tell({ type: 'progress', what, done, total });
}

async function work(job: Job): Promise<JobResult> {
  const { folder, language } = job;
  if (job.kind === 'report') {
    return writeReport(folder, { language, out: job.out, onProgress: progress });
  }
  const looking = { en: 'looking at training images', ja: '訓練画像を調べています' }[language];
  const { findings, examined, notExamined } = await diagnoseRun(folder, {
    onProgress: ({ step, steps }) => progress(looking, step, steps),
  });
  return {
    findings: findings.map(({ name, title, evidence, advice }) => ({
      name,
      title: title[language],
      evidence: evidence[language],
      advice: advice.map((text) => text[language]),
    })),
    examined,
    ...(notExamined !== undefined && { notExamined }),
  };
}

try {
  const { ...result } = await work(workerData as Job);
  tell({ type: 'done', result });
} catch (error) {
  const problem = error instanceof AlexnetError ? problemOf(error) : String(error);
  const { code, message, advice } = alexnetError('ALEX_SERVE_JOB', { problem });
  tell({ type: 'failed', error: { code, message, advice } });
}
