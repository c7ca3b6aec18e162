/** Registers the service worker (serviceWorker.ts), and reloads once where it is what isolates the page. */

const mark = 'alexnet.isolating';

/** A local server that sends the headers is alexnet's own: without it the page has nothing to work for. */
function isServedLocally(): boolean {
  const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(location.hostname);
  return isLoopback && crossOriginIsolated && navigator.serviceWorker.controller === null;
}

/** Tells whether the person has begun: a reload must not take anything from them. */
function watchForUse(): () => boolean {
  let used = false;
  const note = (): void => {
    used = true;
  };
  for (const type of ['pointerdown', 'keydown', 'drop']) {
    addEventListener(type, note, { once: true, capture: true });
  }
  return () => used;
}

/** Never throws: without a service worker the page needs its server, and is as good otherwise. */
export async function registerServiceWorker(): Promise<void> {
  if (navigator.serviceWorker === undefined || isServedLocally()) return;
  const isUsed = watchForUse();
  try {
    await navigator.serviceWorker.register('./serviceWorker.js');
    if (crossOriginIsolated) return sessionStorage.removeItem(mark);
    if (!(await controlled())) return;
    // Once only: a browser that does not isolate the page after that will not after the next either.
    if (sessionStorage.getItem(mark) !== null || isUsed()) return;
    sessionStorage.setItem(mark, 'tried');
    location.reload();
  } catch (error) {
    console.info(`The page will not work offline: ${String(error)}`);
  }
}

/** Resolves when the service worker answers for this page. */
async function controlled(): Promise<boolean> {
  const { serviceWorker } = navigator;
  await serviceWorker.ready;
  if (serviceWorker.controller !== null) return true;
  return new Promise((resolve) => {
    serviceWorker.addEventListener('controllerchange', () => resolve(true), { once: true });
  });
}
