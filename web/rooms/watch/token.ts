/** The token of the server that this page comes from: in the address that it was opened with, then as long as its tab. */
import type { GivenToken } from '../../../src/serve/protocol.ts';

const key = 'alexnet.token';

/** Where there is no storage the token lasts as long as the page. */
let kept: string | undefined;
let coming: Promise<void> | undefined;

/**
 * Takes the token out of the address, where screenshots, bookmarks and those who look on would find it, or the code that it
 * is given for. The browser's history may keep the address that was opened all the same. To be called before all else.
 */
export function keepToken(): void {
  const address = new URL(location.href);
  const [token, code] = ['token', 'code'].map((name) => address.searchParams.get(name));
  if (token === null && code === null) return;
  address.searchParams.delete('token');
  address.searchParams.delete('code');
  history.replaceState(history.state, '', address);
  if (typeof token === 'string') keep(token);
  else coming = exchange(code!);
}

function keep(token: string): void {
  kept = token;
  try {
    sessionStorage.setItem(key, token);
  } catch {
    // A reload will ask for the address again.
  }
}

/** A code that is old, or was used before, gives none: the page says then what to open. */
async function exchange(code: string): Promise<void> {
  const init = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ code }),
  };
  try {
    const response = await fetch('./api/token', init);
    if (response.ok) keep(((await response.json()) as GivenToken).token);
  } catch {
    // As without a code.
  }
}

/** Undefined where the page has none. */
export async function keptToken(): Promise<string | undefined> {
  await coming;
  try {
    return sessionStorage.getItem(key) ?? kept;
  } catch {
    return kept;
  }
}

/** Whether the page comes from `alexnet studio`, which says so in it; any other server has no runs to tell of. */
export function isServedByStudio(): boolean {
  return document.querySelector('meta[name="alexnet-studio"][content="served"]') !== null;
}
