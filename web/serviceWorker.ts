/**
 * Keeps the page's files for use without a network, and gives its answers the two headers that make a page cross-origin
 * isolated, where a server of static files does not send them. The build writes the list of files in.
 */

/** What this file needs of a service worker's scope: the DOM's types, which the page has, know none of it. */
interface WorkerScope {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: WaitingEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: AnsweringEvent) => void): void;
}

interface WaitingEvent {
  waitUntil(work: Promise<unknown>): void;
}

interface AnsweringEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

/** Paths from the page's folder, and a digest of them and what is in them. */
declare const studioFiles: { readonly version: string; readonly paths: readonly string[] };

const worker = self as unknown as WorkerScope;
const prefix = 'alexnet-studio-';
const cacheName = prefix + studioFiles.version;
const page = './';

/** The path of an address from the page's folder; undefined for what is elsewhere. */
function pathOf(url: string): string | undefined {
  const { scope } = worker.registration;
  const plain = url.split(/[?#]/)[0]!;
  if (!plain.startsWith(scope)) return undefined;
  const path = plain.slice(scope.length);
  return path === '' || path === 'index.html' ? page : path;
}

async function isolated(answer: Response): Promise<Response> {
  const headers = new Headers(answer.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  const { status, statusText } = answer;
  return new Response(answer.body, { status, statusText, headers });
}

/** The caches of the studio's versions, the oldest first. */
async function versions(): Promise<string[]> {
  return (await caches.keys()).filter((name) => name.startsWith(prefix));
}

/** A file of this version, or else of one before. */
async function kept(path: string): Promise<Response | undefined> {
  const others = (await versions()).filter((name) => name !== cacheName).toReversed();
  for (const name of [cacheName, ...others]) {
    const found = await (await caches.open(name)).match(new URL(path, worker.registration.scope));
    if (found) return found;
  }
  return undefined;
}

/**
 * The page itself comes from the server while there is one, so that a new version is seen. The rest is named by its content:
 * a page that is open since before asks for files that the server has no more.
 */
async function answer(request: Request, path: string): Promise<Response> {
  if (path !== page) return isolated((await kept(path)) ?? (await fetch(request)));
  try {
    const fresh = await fetch(request);
    if (fresh.ok) return isolated(fresh);
  } catch {
    // Offline.
  }
  return isolated((await kept(page)) ?? (await fetch(request)));
}

/** Whether a path is a file of the studio, of this version or another. */
function isOurs(path: string): boolean {
  return path.startsWith('assets/') || studioFiles.paths.includes(path);
}

worker.addEventListener('install', (event) => {
  const fill = async (): Promise<void> => {
    const cache = await caches.open(cacheName);
    const { scope } = worker.registration;
    await cache.addAll(
      [page, ...studioFiles.paths].map((path) => new Request(new URL(path, scope), { cache: 'no-cache' })),
    );
    await worker.skipWaiting();
  };
  event.waitUntil(fill());
});

worker.addEventListener('activate', (event) => {
  const takeOver = async (): Promise<void> => {
    const others = (await versions()).filter((name) => name !== cacheName);
    // The one before stays, for pages that are open.
    await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
    await worker.clients.claim();
  };
  event.waitUntil(takeOver());
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET') return;
  const path = pathOf(request.url);
  if (path === undefined || !(path === page || isOurs(path))) return;
  event.respondWith(answer(request, path));
});
