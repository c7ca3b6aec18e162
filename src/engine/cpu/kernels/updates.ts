/** Kernels that update parameters, one for each rule of the contract (engine.ts), and what goes with them. */
import type { KernelSource, Pointer, Splat, Vector, VectorAssembler } from '../assembler/vector.ts';
import { panelColumns } from './tile.ts';

const pixelBytes = panelColumns * 4;

/** Memory of a rule's constants: sixteen numbers, then one in sixteen lanes. */
export const constantsBytes = 2 * pixelBytes;

/** Where SGD's kernels find their numbers. `minusDecay` is minus the learning rate times the weight decay. */
export const sgdConstants = { weightDecay: 0, momentum: 4, minusLearningRate: 8, minusDecay: 12 } as const;

/**
 * Where AdamW's does, in the order in which it takes them: 1 minus the learning rate times the weight decay; the betas
 * and what they leave; minus the learning rate over 1 - beta1^step; the root of 1 / (1 - beta2^step).
 */
export const adamWScalars = {
  keep: 0,
  beta1: 4,
  rest1: 8,
  beta2: 12,
  rest2: 16,
  minusRate: 20,
  root: 24,
} as const;
/** Epsilon, in sixteen lanes. */
export const adamWEpsilon = pixelBytes;

interface Extras {
  readonly temporary: Vector;
  /** Loads the number that is there in every lane. */
  readonly lanes: (to: Vector) => void;
}

/** The vectors of one turn are loaded before and stored after it. */
type Body = (
  a: VectorAssembler,
  vectors: readonly Vector[],
  constants: readonly Splat[],
  extras: Extras,
) => void;

interface ElementwiseKernel {
  readonly name: string;
  /** Arrays that are read; those that are written too come first. */
  readonly operands: number;
  readonly written: number;
  /** Byte offsets of the numbers that the body takes. */
  readonly constants: readonly number[];
  /** Byte offset of the number in sixteen lanes, for a body that needs one. */
  readonly lanesOf?: number;
  readonly body: Body;
}

/** Over 16 values at a time. Parameters: the operands, how many sixteens, constants. */
function elementwiseKernel(kernel: ElementwiseKernel): KernelSource {
  const { name, operands, written, constants, lanesOf, body } = kernel;
  return {
    name,
    parameters: operands + 2,
    emit(a, parameters) {
      const arrays: readonly Pointer[] = parameters.slice(0, operands);
      const [sixteens, numbers] = parameters.slice(operands);
      const splats = constants.map((offset) => {
        const splat = a.splat();
        a.broadcast(splat, numbers, offset);
        return splat;
      });
      const vectors = arrays.map(() => a.vector());
      const temporary = a.vector();
      a.loop(sixteens, () => {
        for (let lane = 0; lane < panelColumns; lane += a.lanes) {
          const lanes = (to: Vector): void => a.load(to, numbers, lanesOf! + lane * 4);
          vectors.forEach((vector, index) => a.load(vector, arrays[index], lane * 4));
          body(a, vectors, splats, { temporary, lanes });
          for (let index = written - 1; index >= 0; index--) a.store(vectors[index], arrays[index], lane * 4);
        }
        for (const pointer of arrays) a.advance(pointer, pixelBytes);
      });
    },
  };
}

const { weightDecay, momentum, minusLearningRate, minusDecay } = sgdConstants;

/** torch.optim.SGD. Parameters: w, v, g, how many sixteens, constants. */
export const sgdKernel = momentumKernel('sgd', false);
/** The same with Nesterov's momentum. */
export const nesterovKernel = momentumKernel('nesterov', true);

function momentumKernel(name: string, nesterov: boolean): KernelSource {
  return elementwiseKernel({
    name,
    operands: 3,
    written: 2,
    constants: [weightDecay, momentum, minusLearningRate],
    body(a, [w, v, g], [decay, keep, minusRate]) {
      a.multiplyAdd(g, decay, w);
      a.multiply(v, v, keep);
      a.add(v, v, g);
      if (nesterov) a.multiplyAdd(g, keep, v);
      a.multiplyAdd(w, minusRate, nesterov ? g : v);
    },
  });
}

/** The paper's, with the learning rate inside the velocity. */
export const paperKernel = elementwiseKernel({
  name: 'paper',
  operands: 3,
  written: 2,
  constants: [momentum, minusDecay, minusLearningRate],
  body(a, [w, v, g], [keep, minusShrink, minusRate]) {
    a.multiply(v, v, keep);
    a.multiplyAdd(v, minusShrink, w);
    a.multiplyAdd(v, minusRate, g);
    a.add(w, w, v);
  },
});

/** torch.optim.AdamW. Parameters: w, m, s, g, how many sixteens, constants. */
export const adamWKernel = elementwiseKernel({
  name: 'adamW',
  operands: 4,
  written: 3,
  constants: Object.values(adamWScalars),
  lanesOf: adamWEpsilon,
  body(a, [w, m, s, g], [keep, beta1, rest1, beta2, rest2, minusRate, root], { temporary, lanes }) {
    a.multiply(w, w, keep);
    a.multiply(m, m, beta1);
    a.multiplyAdd(m, rest1, g);
    a.multiply(s, s, beta2);
    a.product(g, g, g);
    a.multiplyAdd(s, rest2, g);
    a.squareRoot(g, s);
    a.multiply(g, g, root);
    lanes(temporary);
    a.add(g, g, temporary);
    a.divide(temporary, m, g);
    a.multiplyAdd(w, minusRate, temporary);
  },
});

/** Where the kernels that keep sums and averages find their numbers. */
export const sumConstants = { keep: 0 } as const;
export const averageConstants = { decay: 0, rest: 4 } as const;

/** sum = keep * sum + g. Parameters: sum, g, how many sixteens, constants. */
export const gradientSumKernel = elementwiseKernel({
  name: 'gradientSum',
  operands: 2,
  written: 1,
  constants: [sumConstants.keep],
  body(a, [sum, g], [keep]) {
    a.multiply(sum, sum, keep);
    a.add(sum, sum, g);
  },
});

/** average = decay * average + rest * w. Parameters: average, w, how many sixteens, constants. */
export const averageKernel = elementwiseKernel({
  name: 'average',
  operands: 2,
  written: 1,
  constants: [averageConstants.decay, averageConstants.rest],
  body(a, [average, w], [decay, rest]) {
    a.multiply(average, average, decay);
    a.multiplyAdd(average, rest, w);
  },
});
