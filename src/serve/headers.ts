/** What browsers are told about the pages of this server. */
import { createHash } from 'node:crypto';

/** Of every answer. The first three isolate the page from others, so that its threads may share memory. */
export const commonHeaders: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/** The engine emits its own WebAssembly; images come from canvases and files; nothing comes from elsewhere. */
const studio: Readonly<Record<string, string>> = {
  'default-src': "'none'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'worker-src': "'self' blob:",
  'style-src': "'self'",
  'img-src': "'self' data: blob:",
  'media-src': "'self' blob:",
  'font-src': "'self'",
  'connect-src': "'self' blob:",
  'manifest-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

/** The studio's policy; scripts and styles that are written into its page are known by their digests. */
export function studioPolicy(page: string): string {
  const digests = (tag: string): string =>
    [...page.matchAll(new RegExp(`<${tag}(?:\\s[^>]*)?>([^<]+)</${tag}>`, 'g'))]
      .map(([, text]) => ` 'sha256-${createHash('sha256').update(text!).digest('base64')}'`)
      .join('');
  const added: Readonly<Record<string, string>> = {
    'script-src': digests('script'),
    'style-src': digests('style'),
  };
  return Object.entries(studio)
    .map(([name, sources]) => `${name} ${sources}${added[name] ?? ''}`)
    .join('; ');
}

/** A report is a page that needs nothing but itself: it may run nothing and ask for nothing. */
export const reportPolicy =
  "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";
