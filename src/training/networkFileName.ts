const modules: readonly string[] = ['.ts', '.mts', '.js', '.mjs'];

/** Whether a network is asked for by a file of its own: told by the extension. */
export function isNetworkFile(name: string): boolean {
  const extension = /[^/\\]\.[^./\\]*$/.exec(name)?.[0].slice(1) ?? '';
  return modules.includes(extension) || (extension === '.json' && !name.endsWith('.index.json'));
}
