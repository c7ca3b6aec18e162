const { port1, port2 } = new MessageChannel();
let waiting: (() => void)[] = [];
port1.addEventListener('message', () => {
  const resumed = waiting;
  waiting = [];
  for (const resume of resumed) resume();
});
port1.start();

/** Lets messages come in that have been waiting: work without threads does not leave its thread otherwise. */
export function macrotask(): Promise<void> {
  return new Promise((resume) => {
    waiting.push(resume);
    port2.postMessage(undefined);
  });
}
