/** torchvision.models, as far as this package has them; other networks are createModel(buildNetwork(name, …)). */
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

/** The same with batch normalisation. Throws as alexnet does. */
function alexnet32bn(options: ZooModelOptions = {}): Model {
  return zooModel('alexnet-32-bn', options);
}

/** The 2012 paper's network: two towers, response normalisation; input 227 unless told. Throws as alexnet does. */
function alexnet2012(options: ZooModelOptions = {}): Model {
  return zooModel('alexnet-2012', options);
}

/** Caffe's variant of it. Throws as alexnet does. */
function caffenet(options: ZooModelOptions = {}): Model {
  return zooModel('caffenet', options);
}

export const models = { alexnet, alexnet2012, caffenet, alexnet32, alexnet32bn } as const;

function zooModel(name: NetworkName, options: ZooModelOptions): Model {
  const { pretrained = false, numClasses = 1000, dropout, inputSize, ...rest } = options;
  if (pretrained) throw alexnetError('ALEX_MODEL_PRETRAINED', { network: name });
  return createModel(buildNetwork(name, { classes: numClasses, dropout, inputSize }), rest);
}
