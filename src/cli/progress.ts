import type { ProgressEvent } from '../training/events.ts';
import { createLossTrace, type LossTrace } from './lossTrace.ts';
import type { Terminal } from './terminal.ts';
import { createThrottle } from './throttle.ts';
import { bar, clock, rate, sparkline } from './text.ts';

const mostSparkColumns = 12;

/** Shows progress: a line that is redrawn where it goes to a terminal, else a plain line now and then. */
export function createProgress(terminal: Terminal, now?: () => number): (event: ProgressEvent) => void {
  const due = createThrottle(terminal, now);
  const traceOf = createTraces();
  return (event) => {
    const losses = traceOf(event);
    if (!due()) return;
    if (terminal.live) terminal.drawLine(progressLine(event, terminal.columns, losses.values()));
    else if (!terminal.json) terminal.say(progressLine(event, 0));
  };
}

/** The trace of the training that an event is of: one that does not go on after the last event is another training. */
function createTraces(): (event: ProgressEvent) => LossTrace {
  let trace = createLossTrace(mostSparkColumns);
  let last = 0;
  return ({ phase, epoch, step, steps, loss }) => {
    if (phase !== 'train') return trace;
    const position = epoch * steps + step;
    if (position <= last) trace = createLossTrace(mostSparkColumns);
    last = position;
    trace.add(loss);
    return trace;
  };
}

const phaseTitles = { open: 'opening images', validation: 'validating', test: 'testing' } as const;

const leastBarColumns = 8;

/**
 * `epoch 1  ██████▌     42.0%  656/1563  loss 2.302 █▇▅▃▂▁  25.1 images/s  0:36 left`. Where there is no room for both, the
 * curve of the losses comes before the bar, which says nothing that the numbers do not.
 */
export function progressLine(event: ProgressEvent, columns: number, losses: readonly number[] = []): string {
  const { phase, epoch, step, steps, loss, imagesPerSecond, secondsLeft } = event;
  const share = steps === 0 ? 0 : step / steps;
  const isTraining = phase === 'train';
  const title = isTraining ? `epoch ${epoch}` : phaseTitles[phase];
  const done = `${(100 * share).toFixed(1)}%`.padStart(6);
  const before = `${done}  ${step}/${steps}${isTraining ? `  loss ${loss.toFixed(3)}` : ''}`;
  const after = `  ${rate(imagesPerSecond)}  ${clock(secondsLeft)} left`;
  const room = columns - title.length - before.length - after.length - 4;
  const curve = isTraining && losses.length > 1 && room > mostSparkColumns ? ` ${sparkline(losses)}` : '';
  // As if the curve were at its widest: the bar must not change its size while it fills.
  const barColumns = Math.min(30, room - 1 - (curve === '' ? 0 : mostSparkColumns + 1));
  const drawnBar = barColumns >= leastBarColumns ? `${bar(share, barColumns)} ` : '';
  return `${title}  ${drawnBar}${before}${curve}${after}`;
}
