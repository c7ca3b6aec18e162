import { inferShapes, type Shape } from '../../../../network/shapes.ts';
import type { LayerSpec, LayerType, NetworkSpec } from '../../../../network/spec.ts';

/** A parameter of ours, and where its values come from. */
export interface ImportedParameter {
  readonly shape: readonly number[];
  read(): Promise<Float32Array>;
}

/** A network that is being made, layer after layer. */
export interface Chain {
  readonly layers: readonly LayerSpec[];
  /** By our names. */
  readonly parameters: ReadonlyMap<string, ImportedParameter>;
  /** Shape after so many layers, without the batch; after all by default. Throws ALEX_NETWORK_LAYER. */
  shape(count?: number): Shape;
  /** Adds a layer under a name that is made unlike all others; its parameters by `weight`, `bias` … */
  add(layer: LayerSpec, parameters?: Readonly<Record<string, ImportedParameter>>): void;
  /** Replaces the last layer, or a parameter of it. */
  replaceLast(layer: LayerSpec, parameters?: Readonly<Record<string, ImportedParameter>>): void;
}

export function createChain(input: NetworkSpec['input']): Chain {
  const layers: LayerSpec[] = [];
  const parameters = new Map<string, ImportedParameter>();
  const names = new Set<string>();
  let inferred: readonly Shape[] = [];

  function shapes(): readonly Shape[] {
    if (inferred.length === layers.length) return inferred;
    inferred = inferShapes({ name: 'imported', input, layers }).map(({ output }) => output);
    return inferred;
  }

  function setParameters(layer: string, own: Readonly<Record<string, ImportedParameter>>): void {
    for (const [name, parameter] of Object.entries(own)) parameters.set(`${layer}.${name}`, parameter);
  }

  return {
    layers,
    parameters,
    shape(count = layers.length) {
      return count === 0 ? [input.channels, input.height, input.width] : shapes()[count - 1]!;
    },
    add(layer, own = {}) {
      const name = unlikeOthers(layer.name, names);
      names.add(name);
      layers.push({ ...layer, name });
      setParameters(name, own);
    },
    replaceLast(layer, own = {}) {
      layers[layers.length - 1] = layer;
      inferred = [];
      setParameters(layer.name, own);
    },
  };
}

function unlikeOthers(name: string, names: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; names.has(free); number++) free = `${name}_${number}`;
  return free;
}

/**
 * What a layer is called: as PyTorch calls its module, which it writes into the names of weights (`features.0.weight`)
 * and of nodes (`/features/features.1/Relu`); as Caffe2 does, into those of weights (`conv1_w_0`); else as the node is
 * called, else by its type.
 */
export function layerName(type: LayerType, nodeName: string, weightName = ''): string {
  const module = /^(?!onnx::)(.+)(?:\.weight|_w_0)$/s.exec(weightName)?.[1];
  const scope = nodeName.split('/').filter((part) => part !== '');
  // PyTorch 2 writes `node_relu`.
  const node = nodeName.startsWith('/') ? scope.at(-2) : nodeName.replace(/^node_/, '');
  const name = (module ?? node ?? '').replaceAll(/\p{C}/gu, '').slice(0, longestName);
  return name === '' ? type : name;
}

const longestName = 200;
