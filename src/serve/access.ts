/**
 * Who may ask this server. It is bound to the loopback address, where any page in the person's browser and any user of the
 * machine can reach it: so every request must name the server as its host (else another site's name may have been pointed
 * here: DNS rebinding) and come from no other page, and whatever tells of runs needs the token.
 *
 * The token is a header and no cookie: cookies of 127.0.0.1 go to the servers at all its ports, and are sent along with
 * requests that other pages make. The page has it from the address that was opened, and keeps it for as long as its tab.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { alexnetError } from '../errors.ts';

/** Names under which a browser may know the server. */
function hostsOf(port: number): readonly string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`];
}

/** Routes under /api that need no token: they are how a page and the server get to know each other. */
const open: readonly string[] = ['/api/proof', '/api/token'];

export interface Access {
  readonly token: string;
  /** Known once the server listens. */
  readonly port: () => number;
}

/** Has every request checked, before anything else is done for it. */
export function checkRequests(server: FastifyInstance, { token, port }: Access): void {
  server.addHook('onRequest', async (request) => {
    checkHost(request, port());
    // The studio's files tell nothing, and a report's path is a secret itself.
    if (isApi(request) && !open.includes(request.routeOptions.url!)) checkToken(request, token);
  });
}

/**
 * Whether a route under /api answers. Only the router knows: it decodes what stands in a path as %61, and takes a whole
 * address in a path's place.
 */
export function isApi({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.url?.startsWith('/api/') === true;
}

/** Throws ALEX_SERVE_HOST, ALEX_SERVE_ORIGIN: no other site's page may ask, under whatever name. */
export function checkHost({ headers }: FastifyRequest, port: number): void {
  const hosts = hostsOf(port);
  const { host = '', origin } = headers;
  if (!hosts.includes(host)) {
    throw alexnetError('ALEX_SERVE_HOST', { host, expected: hosts.join(' or ') });
  }
  if (origin !== undefined && origin !== `http://${host}`)
    throw alexnetError('ALEX_SERVE_ORIGIN', { origin });
  const site = headers['sec-fetch-site'];
  const crossing = site === 'cross-site' || site === 'same-site';
  // A link on another page may lead here, as a navigation: it sees nothing of the answer.
  if (crossing && headers['sec-fetch-mode'] !== 'navigate') {
    throw alexnetError('ALEX_SERVE_ORIGIN', { origin: String(headers.referer ?? site) });
  }
}

function checkToken({ headers }: FastifyRequest, token: string): void {
  const given = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
  // Of the same length, so that the comparison takes the same time.
  const [a, b] = [given, token].map((text) => createHash('sha256').update(text).digest());
  if (!timingSafeEqual(a!, b!)) throw alexnetError('ALEX_SERVE_TOKEN', {});
}

/** Proves that this server knows the token, without telling it; for this port only. */
export function proofOf({ token, port }: Access, nonce: string): string {
  return createHmac('sha256', token).update(`${nonce} ${port()}`).digest('hex');
}

export interface Codes {
  /** A new one. */
  make(): string;
  /** Whether this is one, which it is then no more. */
  use(code: string): boolean;
}

const codeMilliseconds = 2 * 60_000;

/**
 * Codes in place of the token, each good for one page and two minutes: for addresses that a browser is started with, since
 * all users of a machine can read what programs were started with.
 */
export function createCodes(): Codes {
  const ends = new Map<string, number>();
  return {
    make() {
      const code = randomBytes(32).toString('base64url');
      ends.set(code, Date.now() + codeMilliseconds);
      return code;
    },
    use(code) {
      const end = ends.get(code) ?? 0;
      ends.delete(code);
      return Date.now() < end;
    },
  };
}
