/** torchvision.models, as far as this package has them. */
import { alexnetError } from '../errors.ts';
import { buildNetwork, type NetworkName } from '../network/zoo/networks.ts';
import { createModel, type Model, type ModelOptions } from './model.ts';

export interface ZooModelOptions extends ModelOptions {
  /** No trained weights come with the package: loadModel(path) reads them from a file. */
  readonly pretrained?: false;
  /** Default 1000, ImageNet's. */
  readonly numClasses?: number;
  /** Probability of dropout. Default 0.5. */
  readonly dropout?: number;
  /** Side of the square input image, in pixels. */
  readonly inputSize?: number;
}

/** torchvision's alexnet; input 224 unless told. Throws ALEX_MODEL_PRETRAINED, ALEX_NETWORK_LAYER, ALEX_OPTION_VALUE. */
function alexnet(options: ZooModelOptions = {}): Model {
  return zooModel('alexnet', options);
}

/** The same design for 32×32 images. Throws as alexnet does. */
function alexnet32(options: ZooModelOptions = {}): Model {
  return zooModel('alexnet-32', options);
}

export const models = { alexnet, alexnet32 } as const;

function zooModel(name: NetworkName, options: ZooModelOptions): Model {
  const { pretrained = false, numClasses = 1000, dropout, inputSize, ...rest } = options;
  if (pretrained) throw alexnetError('ALEX_MODEL_PRETRAINED', { network: name });
  return createModel(buildNetwork(name, { classes: numClasses, dropout, inputSize }), rest);
}
