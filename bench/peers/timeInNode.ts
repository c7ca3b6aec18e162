import { fileURLToPath } from 'node:url';
import { runJson, type Job, type Measurement } from '../processes.ts';

const script = fileURLToPath(new URL('./timeInference.ts', import.meta.url));

/** Times inference by what timeInference.ts knows under a name. */
export function timeInNode(subject: string, job: Job, model?: string): Promise<Measurement> {
  const { network, batch, rounds, threads } = job;
  return runJson(process.execPath, [
    script,
    subject,
    network,
    batch,
    rounds,
    threads,
    ...(model ? [model] : []),
  ]);
}
