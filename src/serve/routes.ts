/** What the server answers; src/serve/protocol.ts has the forms. */
import { readFile } from 'node:fs/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AlexnetError, alexnetError } from '../errors.ts';
import { languages, type Language } from '../language.ts';
import { configDifferences } from '../report/configDifferences.ts';
import type { TrainingEvent } from '../training/events.ts';
import { writeOrder } from '../training/orderFiles.ts';
import { parseOrder, type TrainingOrder } from '../training/orders.ts';
import { isApi, proofOf, type Access, type Codes } from './access.ts';
import { openEventStream } from './eventStream.ts';
import { readPieces, type Cursor } from './eventTail.ts';
import { reportPolicy } from './headers.ts';
import type { Job, Jobs } from './job.ts';
import { eventsOf, type FollowedRun, type Library } from './library.ts';
import type { Live } from './live.ts';
import type {
  Comparison,
  GivenToken,
  JobMessage,
  LiveMessage,
  Proof,
  RunDetails,
  ServerError,
} from './protocol.ts';
import type { Reports } from './reports.ts';

export interface Services {
  readonly access: Access;
  readonly codes: Codes;
  readonly library: Library;
  readonly live: Live;
  readonly jobs: Jobs;
  readonly reports: Reports;
}

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;
type RunRequest = FastifyRequest<{ Params: { id: string }; Querystring: Query }>;

export function addRoutes(server: FastifyInstance, services: Services): void {
  const { access, codes, library, live } = services;
  server.addHook('onSend', async (request, reply) => {
    if (isApi(request)) reply.header('Cache-Control', 'no-store');
  });
  server.get<{ Querystring: Query }>('/api/proof', ({ query }): Proof => {
    const { nonce } = query;
    if (typeof nonce !== 'string' || !/^[0-9a-f]{32,64}$/.test(nonce)) {
      throw badRequest('a nonce is 32 to 64 hexadecimal digits');
    }
    return { proof: proofOf(access, nonce) };
  });
  server.post<{ Body: unknown }>('/api/token', ({ body }): GivenToken => {
    const { code } = (body ?? {}) as { code?: unknown };
    if (typeof code !== 'string' || !codes.use(code)) throw alexnetError('ALEX_SERVE_TOKEN', {});
    return { token: access.token };
  });
  server.get('/api/runs', async () => {
    await library.look();
    return library.runs().map(({ summary }) => summary);
  });
  server.get('/api/runs/:id', async (request: RunRequest): Promise<RunDetails> => {
    const run = await runOf(library, request);
    const events: TrainingEvent[] = [];
    let cursor: Cursor = '';
    for await (const piece of readPieces(eventsOf(run), '')) {
      for (const event of piece.events) events.push(event);
      cursor = piece.to;
    }
    return { run: run.summary, config: configOf(run), events, cursor };
  });
  server.get<{ Querystring: Query }>('/api/compare', async ({ query }): Promise<Comparison> => {
    const ids = texts(query['run']);
    await library.look();
    const configs = ids.map((id) => configOf(library.run(id)));
    return { runs: ids, differences: configDifferences(configs) };
  });
  server.get<{ Querystring: Query }>('/api/live', (request, reply) => {
    const cursors = new Map(texts(request.query['run']).map(parseFollowed));
    live.join(openEventStream<LiveMessage>(request, reply), cursors);
  });
  server.post('/api/runs/:id/orders', async (request: RunRequest, reply) => {
    const order = parseOrder(request.body);
    if (order === undefined) {
      const problem = 'an order is {"type":"stop"}, {"type":"checkpoint"} or a learning rate over 0';
      throw badRequest(problem);
    }
    const run = await runOf(library, request);
    checkControl(run, order);
    await writeOrder(run.folder, order);
    return reply.code(202).send({ given: order });
  });
  addJobs(server, services);
}

function addJobs(server: FastifyInstance, { library, jobs, reports }: Services): void {
  server.get('/api/runs/:id/doctor', async (request: RunRequest, reply) => {
    const { folder } = await runOf(library, request);
    const job: Job = { kind: 'doctor', folder, language: languageOf(request) };
    await tellJob(jobs, job, request, reply);
  });
  server.get('/api/runs/:id/report', async (request: RunRequest, reply) => {
    const { folder } = await runOf(library, request);
    const { path, file } = reports.next();
    const job: Job = { kind: 'report', folder, language: languageOf(request), out: file };
    await tellJob(jobs, job, request, reply, { path });
  });
  server.get<{ Params: { name: string } }>('/reports/:name', async ({ params }, reply) => {
    const file = reports.fileOf(params.name);
    if (file === undefined)
      return reply.code(404).type('text/plain').send('This report is gone: make it again.');
    reply.header('Content-Security-Policy', reportPolicy).header('Cache-Control', 'no-store');
    return reply.type('text/html; charset=utf-8').send(await readFile(file));
  });
}

/** Does a job while its stream is open; `instead` is told in place of what it gives. */
async function tellJob(
  jobs: Jobs,
  job: Job,
  request: FastifyRequest,
  reply: FastifyReply,
  instead?: object,
): Promise<void> {
  const stream = openEventStream<JobMessage<object>>(request, reply);
  try {
    const result = await jobs.run(job, stream.signal, stream.send);
    stream.send({ type: 'done', result: instead ?? result });
  } catch (error) {
    stream.send({ type: 'failed', error: errorBody(error).body });
  } finally {
    stream.end();
  }
}

async function runOf(library: Library, { params }: RunRequest): Promise<FollowedRun> {
  await library.look();
  return library.run(params.id);
}

function configOf({ config, id, summary }: FollowedRun): NonNullable<FollowedRun['config']> {
  if (config === undefined) throw badRequest(`${id}: ${summary.problem}`);
  return config;
}

function checkControl({ id, process, summary: { step, steps } }: FollowedRun, order: TrainingOrder): void {
  const refuse = (problem: string): Error => alexnetError('ALEX_SERVE_CONTROL', { run: id, problem });
  if (process === undefined) throw refuse('nothing trains in it');
  if (!process.control) throw refuse('it was started without --control');
  // It is tested then, and can only be stopped.
  if (order.type !== 'stop' && steps > 0 && step >= steps) throw refuse('all of its steps are done');
}

/** `ID@CURSOR`, of which an id may have any sign. */
function parseFollowed(text: string): readonly [string, Cursor] {
  const at = text.lastIndexOf('@');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function texts(value: Query[string]): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

function languageOf({ query }: RunRequest): Language {
  return languages.find((language) => language === query['language']) ?? 'en';
}

function badRequest(problem: string): Error {
  return alexnetError('ALEX_SERVE_REQUEST', { problem });
}

/** What is said of an error, and under which status. */
export function errorBody(error: unknown): { readonly status: number; readonly body: ServerError } {
  const { statusCode = 500, message: said } = error as Error & { statusCode?: number };
  // What the server did not expect is no business of the page's; what Fastify refuses is.
  const problem = statusCode < 500 ? said : 'the server failed';
  const coded = error instanceof AlexnetError ? error : alexnetError('ALEX_SERVE_REQUEST', { problem });
  const { code, message, advice } = coded;
  return { status: error === coded ? (statuses[code] ?? 500) : statusCode, body: { code, message, advice } };
}

const statuses: Readonly<Partial<Record<AlexnetError['code'], number>>> = {
  ALEX_SERVE_HOST: 421,
  ALEX_SERVE_ORIGIN: 403,
  ALEX_SERVE_TOKEN: 401,
  ALEX_SERVE_REQUEST: 400,
  ALEX_SERVE_RUN: 404,
  ALEX_SERVE_CONTROL: 409,
};
