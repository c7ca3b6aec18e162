import { alexnetError } from '../../errors.ts';
import type { NetworkSpec } from '../spec.ts';
import { alexnet } from './alexnet.ts';
import { alexnet2012 } from './alexnet-2012.ts';
import { alexnet32 } from './alexnet-32.ts';
import { alexnet32bn } from './alexnet-32-bn.ts';
import { caffenet } from './caffenet.ts';
import { figure1, net18pct, net80sec, netLocal } from './cuda-convnet.ts';
import type { NetworkOptions } from './networkOptions.ts';
import { vgg32 } from './vgg-32.ts';

export type NetworkName =
  | 'alexnet'
  | 'alexnet-2012'
  | 'caffenet'
  | 'alexnet-32'
  | 'alexnet-32-bn'
  | 'vgg-32'
  | '80sec'
  | '18pct'
  | '13pct'
  | '11pct'
  | 'figure-1'
  | 'figure-1-tanh'
  | 'figure-1-sigmoid';

/** Every network that has a name, with the function that makes its spec. */
export const networks: Readonly<Record<NetworkName, (options: NetworkOptions) => NetworkSpec>> = {
  alexnet,
  'alexnet-2012': alexnet2012,
  caffenet,
  'alexnet-32': alexnet32,
  'alexnet-32-bn': alexnet32bn,
  'vgg-32': vgg32,
  '80sec': net80sec,
  '18pct': net18pct,
  '13pct': netLocal('13pct'),
  '11pct': netLocal('11pct'),
  'figure-1': figure1('relu'),
  'figure-1-tanh': figure1('tanh'),
  'figure-1-sigmoid': figure1('sigmoid'),
};

export const networkNames = Object.keys(networks) as readonly NetworkName[];

/** The network with this name. Throws ALEX_NETWORK_UNKNOWN. */
export function buildNetwork(name: string, options: NetworkOptions): NetworkSpec {
  if (!isNetworkName(name)) throw alexnetError('ALEX_NETWORK_UNKNOWN', { name, known: networkNames });
  return networks[name](options);
}

function isNetworkName(name: string): name is NetworkName {
  return Object.hasOwn(networks, name);
}
