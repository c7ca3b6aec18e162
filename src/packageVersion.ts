const version = '0.1.0';

/** The version in package.json, which a test compares: a constant, so that it is known in a browser too. */
export function packageVersion(): string {
  return version;
}
