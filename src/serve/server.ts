/** The studio's local server: the page, and the runs of a folder as it asks for them. */
import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { alexnetError } from '../errors.ts';
import { optionError } from '../training/optionError.ts';
import { checkHost, checkRequests, createCodes, type Access } from './access.ts';
import { commonHeaders, studioPolicy } from './headers.ts';
import { createJobs } from './job.ts';
import { createLibrary } from './library.ts';
import { createLive } from './live.ts';
import { createReports } from './reports.ts';
import { addRoutes, errorBody } from './routes.ts';

export interface StudioServerOptions {
  /** The studio as it was built. */
  readonly studio: string;
  /** Folder of runs, which need not be there yet. */
  readonly runs: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly token: string;
}

export interface StudioServer {
  readonly port: number;
  /** With the token: for the person who started it. */
  readonly address: string;
  /** An address to start a browser with: it has a code for the token, which works once and soon. */
  makeOpening(): string;
  close(): Promise<void>;
}

/** The only address that it listens at. */
const host = '127.0.0.1';

/**
 * Throws ALEX_SERVE_PORT when the port is taken, ALEX_SERVE_STUDIO when the studio is not built, ALEX_OPTION_VALUE when `runs`
 * is no folder.
 */
export async function startStudioServer(options: StudioServerOptions): Promise<StudioServer> {
  const { studio, runs, token } = options;
  const page = join(studio, 'index.html');
  if (!existsSync(page)) {
    throw alexnetError('ALEX_SERVE_STUDIO', { folder: studio, problem: 'it has no index.html' });
  }
  if (statSync(runs, { throwIfNoEntry: false })?.isDirectory() === false)
    throw optionError('runs', runs, 'a folder');
  let port = options.port;
  const codes = createCodes();
  const access: Access = { token, port: () => port };
  const library = createLibrary(resolve(runs));
  const [live, jobs, reports] = [createLive(library), createJobs(), createReports()];
  const html = await readFile(page, 'utf8');
  const headers = { ...commonHeaders, 'Content-Security-Policy': studioPolicy(html) };
  const server = fastify({
    forceCloseConnections: true,
    bodyLimit: 65_536,
    // An id is a path.
    routerOptions: { maxParamLength: 4096 },
    frameworkErrors: (error, request, reply) => {
      reply.headers(headers);
      answerError(refusalOf(request, access.port()) ?? error, reply);
    },
  });
  answerErrors(server);
  addHeaders(server, headers);
  checkRequests(server, access);
  addRoutes(server, { access, codes, library, live, jobs, reports });
  addPage(server, html);
  await addStudio(server, studio);
  try {
    await server.listen({ host, port });
  } catch (error) {
    await server.close();
    throw portError(port, error);
  }
  port = (server.server.address() as { port: number }).port;
  return {
    port,
    address: `http://${host}:${port}/?token=${token}`,
    makeOpening: () => `http://${host}:${port}/?code=${codes.make()}`,
    async close() {
      live.close();
      await server.close();
      reports.close();
    },
  };
}

function addHeaders(server: FastifyInstance, headers: Readonly<Record<string, string>>): void {
  server.addHook('onRequest', async (_, reply) => {
    reply.headers(headers);
  });
}

/** Why the server does not listen to a request at all. */
function refusalOf(request: FastifyRequest, port: number): unknown {
  try {
    checkHost(request, port);
  } catch (error) {
    return error;
  }
  return undefined;
}

function answerError(error: unknown, reply: FastifyReply): void {
  const { status, body } = errorBody(error);
  reply.code(status).send(body);
}

/** The page is told that it is served by this server: on others it need not ask for runs. */
function addPage(server: FastifyInstance, html: string): void {
  const page = html.replace('</head>', '<meta name="alexnet-studio" content="served"></head>');
  for (const path of ['/', '/index.html']) {
    server.get(path, async (_, reply) =>
      reply.type('text/html; charset=utf-8').header('Cache-Control', 'no-cache').send(page),
    );
  }
}

/** The package knows no path outside of the folder. File names under assets/ have a digest of what is in them. */
async function addStudio(server: FastifyInstance, root: string): Promise<void> {
  await server.register(fastifyStatic, {
    root: resolve(root),
    dotfiles: 'deny',
    index: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const forever = /[/\\]assets[/\\]/.test(path);
      reply.header('Cache-Control', forever ? 'max-age=31536000, immutable' : 'no-cache');
    },
  });
}

function answerErrors(server: FastifyInstance): void {
  server.setErrorHandler((error, _, reply) => answerError(error, reply));
  server.setNotFoundHandler(async ({ method, url }, reply) => {
    const problem = `there is no ${method} ${url.split('?', 1)[0]}`;
    return reply.code(404).send(errorBody(alexnetError('ALEX_SERVE_REQUEST', { problem })).body);
  });
}

function portError(port: number, error: unknown): unknown {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another program has it',
    EACCES: 'the system does not give it to you',
  };
  const reason = reasons[(error as NodeJS.ErrnoException).code ?? ''];
  return reason === undefined ? error : alexnetError('ALEX_SERVE_PORT', { port, reason }, error);
}
