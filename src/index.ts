/** The public API: what the article's script needs, and the parts that it is made of. */

// The article's script.
export { models, type ZooModelOptions } from './model/models.ts';
export { createModel, type Model, type ModelOptions } from './model/model.ts';
export type { Parameter } from './model/parameter.ts';
export type { Outputs } from './model/outputs.ts';
export type { StateDict, StateSource } from './model/stateDict.ts';
export { crossEntropyLoss, type Criterion, type Labels, type Loss } from './model/crossEntropyLoss.ts';
export { optim, type Optimizer, type SgdOptions } from './model/optim.ts';
export { transforms } from './model/transforms.ts';
export { datasets, type ImageDataset } from './model/datasets.ts';
export {
  dataLoader,
  type DataLoader,
  type DataLoaderOptions,
  type LabelledBatch,
} from './model/dataLoader.ts';
export { imageBatch, type ImageBatch } from './model/imageBatch.ts';
export { max, tensor, type Tensor } from './model/tensor.ts';
export { enumerate } from './model/enumerate.ts';

// Networks as data.
export type { LayerSpec, LayerType, NetworkSpec } from './network/spec.ts';
export {
  classCount,
  inferShapes,
  parameterShapes,
  type LayerShape,
  type ParameterShape,
  type Shape,
} from './network/shapes.ts';
export { initialise, type InitializationScheme } from './network/initialise.ts';
export {
  buildNetwork,
  networkNames,
  networks,
  type NetworkName,
  type NetworkOptions,
} from './network/zoo/networks.ts';
