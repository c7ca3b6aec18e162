import type { LayerSpec, NetworkSpec } from '../spec.ts';
import { alexnet32 } from './alexnet-32.ts';
import type { NetworkOptions } from './networkOptions.ts';

/**
 * alexnet-32 with batch normalisation between each convolution and its ReLU (Ioffe and Szegedy 2015, section 3.2). Features
 * are numbered anew, as torch.nn.Sequential numbers them.
 */
export function alexnet32bn(options: NetworkOptions): NetworkSpec {
  const { input, layers } = alexnet32(options);
  const features: LayerSpec[] = [];
  const rest: LayerSpec[] = [];
  for (const layer of layers) {
    if (!layer.name.startsWith('features.')) {
      rest.push(layer);
      continue;
    }
    features.push({ ...layer, name: `features.${features.length}` });
    if (layer.type === 'conv') features.push({ type: 'batchNorm', name: `features.${features.length}` });
  }
  return { name: 'alexnet-32-bn', input, layers: [...features, ...rest] };
}
