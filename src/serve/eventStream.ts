/** Server-sent events (WHATWG HTML, section 9.2) over a connection of Fastify's. */
import { once } from 'node:events';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { commonHeaders } from './headers.ts';

export interface EventStream<Message> {
  send(message: Message): void;
  /** Waits until what was sent is on its way, or the connection has ended. */
  drained(): Promise<void>;
  /** Aborted when the connection ends, whoever ends it. */
  readonly signal: AbortSignal;
  end(): void;
}

/** So often at least something comes: silence tells the page that the server is gone. */
export const heartbeatMilliseconds = 5000;
/** A page that does not read is let go; it comes back by itself. */
const mostWaitingBytes = 1 << 26;

/** Takes the connection over. */
export function openEventStream<Message extends object>(
  { raw: request }: FastifyRequest,
  reply: FastifyReply,
): EventStream<Message> {
  reply.hijack();
  const { raw: response } = reply;
  const controller = new AbortController();
  response.writeHead(200, {
    ...commonHeaders,
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
  });
  const write = (text: string): void => {
    if (controller.signal.aborted) return;
    response.write(text);
    if (response.writableLength > mostWaitingBytes) response.destroy();
  };
  write(': alexnet\n\n');
  const heartbeat = setInterval(() => write(': still here\n\n'), heartbeatMilliseconds);
  const close = (): void => {
    clearInterval(heartbeat);
    controller.abort();
  };
  request.once('close', close);
  response.once('close', close);
  response.on('error', close);
  return {
    signal: controller.signal,
    send: (message) => write(`data: ${JSON.stringify(message)}\n\n`),
    async drained() {
      if (!response.writableNeedDrain || controller.signal.aborted) return;
      await once(response, 'drain', { signal: controller.signal }).catch(() => {});
    },
    end: () => response.end(),
  };
}
