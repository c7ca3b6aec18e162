/** What is said of a run wherever it is shown. */
import type { Text } from '../../../src/language.ts';
import type { RunInfo, RunState, StudioError } from '../../worker/protocol.ts';

export const stateNames: Readonly<Record<RunState, Text>> = {
  running: { en: 'running', ja: '実行中' },
  paused: { en: 'paused', ja: '一時停止中' },
  interrupted: { en: 'interrupted', ja: '中断された' },
  ended: { en: 'done', ja: '完了' },
  failed: { en: 'failed', ja: '失敗' },
};

/** Whether it came to numbers that are none: its steps were too large. */
export function isDiverged({ state, error }: Pick<RunInfo, 'state' | 'error'>): boolean {
  return state === 'failed' && error?.code === 'ALEX_TRAINING_NOT_FINITE';
}

/** Why a run failed, without advice that is for the command line: the page has its own. */
export function toldFailure(run: Pick<RunInfo, 'state' | 'error'>): StudioError | undefined {
  const { error } = run;
  if (error === undefined || !isDiverged(run)) return error;
  return { code: error.code, message: error.message.split('. ')[0]! };
}

/** On the button that sets a stopped run going: what was not kept is done again. */
export function goOnName({ hasCheckpoint }: Pick<RunInfo, 'hasCheckpoint'>): Text {
  return hasCheckpoint ? { en: 'Go on', ja: '再開' } : { en: 'Begin again', ja: '最初から' };
}

/** Whether it could go on, or be ended with what it has learnt. */
export function isWaiting({ state, hasCheckpoint }: Pick<RunInfo, 'state' | 'hasCheckpoint'>): boolean {
  return state === 'paused' || state === 'interrupted' || (state === 'failed' && hasCheckpoint);
}
