import type { ProgressEvent } from '../training/events.ts';
import type { Terminal } from './terminal.ts';
import { createThrottle } from './throttle.ts';
import { bar, clock, rate } from './text.ts';

/** Shows progress: a line that is redrawn where it goes to a terminal, else a plain line now and then. */
export function createProgress(terminal: Terminal, now?: () => number): (event: ProgressEvent) => void {
  const due = createThrottle(terminal, now);
  return (event) => {
    if (!due()) return;
    if (terminal.live) terminal.drawLine(progressLine(event, terminal.columns));
    else if (!terminal.json) terminal.say(progressLine(event, 0));
  };
}

const phaseTitles = { open: 'opening images', validation: 'validating', test: 'testing' } as const;

/** `epoch 1  ██████▌     42.0%  656/1563  loss 2.302  25.1 images/s  0:36 left`; no bar on a narrow line. */
export function progressLine(event: ProgressEvent, columns: number): string {
  const share = event.steps === 0 ? 0 : event.step / event.steps;
  const done = `${(100 * share).toFixed(1)}%`.padStart(6);
  const loss = event.phase === 'train' ? `  loss ${event.loss.toFixed(3)}` : '';
  const facts = `${done}  ${event.step}/${event.steps}${loss}  ${rate(event.imagesPerSecond)}  ${clock(event.secondsLeft)} left`;
  const title = event.phase === 'train' ? `epoch ${event.epoch}` : phaseTitles[event.phase];
  const room = Math.min(30, columns - title.length - facts.length - 5);
  return room >= 8 ? `${title}  ${bar(share, room)} ${facts}` : `${title}  ${facts}`;
}
