import type { NetworkSpec } from '../network/spec.ts';
import type { NetworkOptions } from '../network/zoo/networkOptions.ts';
import { buildNetwork } from '../network/zoo/networks.ts';
import { readNetworkFile } from './networkFile.ts';
import { isNetworkFile } from './networkFileName.ts';

/** A network by its name in the zoo, or by the file that describes it. Throws ALEX_NETWORK_UNKNOWN, and as readNetworkFile. */
export async function namedNetwork(name: string, options: NetworkOptions): Promise<NetworkSpec> {
  return isNetworkFile(name) ? readNetworkFile(name, options.classes) : buildNetwork(name, options);
}
