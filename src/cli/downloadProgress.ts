import type { DownloadProgress } from '../data/download.ts';
import { createThrottle } from './throttle.ts';
import type { Terminal } from './terminal.ts';
import { bar, bytes, clock } from './text.ts';

/** Shows a download's progress; with --json as events of type `progress`, one now and then. */
export function createDownloadProgress(terminal: Terminal): (progress: DownloadProgress) => void {
  const due = createThrottle(terminal);
  return (progress) => {
    if (!due()) return;
    terminal.emit({ type: 'progress', ...progress });
    const line = downloadLine(progress);
    if (terminal.live) terminal.drawLine(line);
    else if (!terminal.json) terminal.say(line);
  };
}

/** `wherever.org  ███▎   45.2 MB of 170 MB  2.10 MB/s  1:02 left`. */
function downloadLine({ url, bytes: done, total, bytesPerSecond }: DownloadProgress): string {
  const speed = `${bytes(Math.round(bytesPerSecond))}/s`;
  const host = new URL(url).hostname;
  if (total === undefined) return `${host}  ${bytes(done)}  ${speed}`;
  const left = clock((total - done) / bytesPerSecond);
  return `${host}  ${bar(done / total, 20)} ${bytes(done)} of ${bytes(total)}  ${speed}  ${left} left`;
}
