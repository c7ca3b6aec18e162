import type { Contender } from '../contender.ts';
import { onnxruntimePeer, tensorflowPeer } from './nodePeers.ts';
import { pytorchPeer } from './pytorch.ts';

export type PeerName = 'pytorch' | 'onnxruntime' | 'tensorflow';

export const peers: Readonly<Record<PeerName, Contender>> = {
  pytorch: pytorchPeer,
  onnxruntime: onnxruntimePeer,
  tensorflow: tensorflowPeer,
};

export const peerNames = Object.keys(peers) as readonly PeerName[];
