import type { ComponentChildren, JSX } from 'preact';

export interface MessageProps {
  readonly kind: 'note' | 'good' | 'error';
  /** An error of the catalogue, or any other; told with its code and what to do. */
  readonly error?: unknown;
  readonly children?: ComponentChildren;
}

/** The parts of an error that people read. Errors that came from a worker are plain objects with the same fields. */
export function toldError(error: unknown): { code?: string; message: string; advice?: string } {
  if (typeof error !== 'object' || error === null) return { message: String(error) };
  const { code, message, advice } = error as Record<string, unknown>;
  const text = typeof message === 'string' ? message : String(error);
  if (typeof code !== 'string') return { message: text };
  // The catalogue's messages are `CODE: what. advice`.
  const bare = text.startsWith(`${code}: `) ? text.slice(code.length + 2) : text;
  // A worker's have all in their message.
  if (typeof advice !== 'string') return { code, message: bare };
  return { code, message: bare.endsWith(advice) ? bare.slice(0, -advice.length).trim() : bare, advice };
}

/** A line or two that stand out: read out at once when it is an error. */
export function Message({ kind, error, children }: MessageProps): JSX.Element {
  const told = error === undefined ? undefined : toldError(error);
  return (
    <div class={`message ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      {children !== undefined && <p>{children}</p>}
      {told !== undefined && (
        <p>
          {told.code !== undefined && <code>{told.code}</code>} <span lang="en">{told.message}</span>
        </p>
      )}
      {told?.advice !== undefined && <p lang="en">{told.advice}</p>}
    </div>
  );
}
