import { rateChangeText, type ResultEvent, type StepEvent, type TrainingEvent } from '../training/events.ts';
import { createLossTrace, type LossTrace } from './lossTrace.ts';
import { createProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';
import { clock, count, percent, rate, sparkline } from './text.ts';

/** The article's line: `[1,   200] loss: 2.303`. */
export function lossLine({ epoch, step, loss }: StepEvent): string {
  return `[${epoch}, ${String(step).padStart(5)}] loss: ${loss.toFixed(3)}`;
}

/** The article's line; its `%d %%` drops what follows the point. */
export function accuracyLine({ correct, total }: ResultEvent): string {
  return `Accuracy of the network on the ${total} test images: ${Math.floor((100 * correct) / total)} %`;
}

/** Tells a training run: with --json its events, else the article's lines as results and the rest as remarks. */
export function createTrainingReport(terminal: Terminal): (event: TrainingEvent) => void {
  const progress = createProgress(terminal);
  const trace = createLossTrace(mostLossColumns);
  return (event) => {
    if (event.type === 'progress') {
      if (event.phase === 'train') trace.add(event.loss);
      return progress(event);
    }
    // The error itself comes to whoever asked for the training.
    if (event.type === 'failure') return;
    terminal.emit(event);
    if (event.type === 'notice') terminal.say(`note: ${event.message}`);
    else if (!terminal.json) {
      tell(terminal, event);
      if (event.type === 'epoch' && event.last && trace.steps > 1) terminal.say(lossCurve(trace));
    }
  };
}

const mostLossColumns = 64;

/** `loss over 6,250 steps: 2.303 █▇▅▃▂▁▁ 0.412`: from the first to the last, means of equally many steps. */
function lossCurve({ steps, values }: LossTrace): string {
  const losses = values();
  const ends = [losses[0]!, losses.at(-1)!].map((loss) => loss.toFixed(3));
  return `loss over ${count(steps)} steps: ${ends[0]} ${sparkline(losses)} ${ends[1]}`;
}

type ToldEvent = Exclude<TrainingEvent, { type: 'progress' | 'notice' | 'failure' }>;

function tell(terminal: Terminal, event: ToldEvent): void {
  switch (event.type) {
    case 'start':
      return terminal.say(
        `${event.network} (${count(event.parameters)} parameters) on ${event.dataset}: ` +
          `${count(event.trainImages)} images to train, ` +
          (event.validationImages > 0 ? `${count(event.validationImages)} to validate, ` : '') +
          `${count(event.testImages)} to test; ` +
          `engine ${event.engine} ${event.target}, threads ${event.threads}; run folder ${event.out}` +
          (event.resumedFrom > 0 ? `; goes on after step ${event.resumedFrom}` : ''),
      );
    case 'step':
      return terminal.print(lossLine(event));
    case 'epoch':
      terminal.say(`epoch ${event.epoch}: ${clock(event.seconds)}, ${rate(event.imagesPerSecond)}`);
      if (event.last) terminal.print('Finished Training');
      return;
    case 'learning-rate':
      return terminal.say(rateChangeText(event));
    case 'validation':
      return terminal.say(
        `validation after epoch ${event.epoch}: loss ${event.loss.toFixed(3)}, accuracy ${percent(event.accuracy)}` +
          (event.best ? ', the best so far' : ''),
      );
    case 'result':
      terminal.drawLine('');
      return terminal.print(accuracyLine(event));
    case 'watch':
    case 'checkpoint':
      return;
  }
}
