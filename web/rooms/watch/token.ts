/** The token of the server that this page comes from: in the address that it was opened with, then as long as its tab. */

const key = 'alexnet.token';

/** Takes the token out of the address, where histories and screenshots would keep it. To be called before all else. */
export function keepToken(): void {
  const address = new URL(location.href);
  const token = address.searchParams.get('token');
  if (token === null) return;
  address.searchParams.delete('token');
  history.replaceState(history.state, '', address);
  try {
    sessionStorage.setItem(key, token);
  } catch {
    // Without storage the page watches until it is reloaded.
    kept = token;
  }
}

let kept: string | undefined;

export function keptToken(): string | undefined {
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
