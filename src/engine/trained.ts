/** Which parameters a program updates, and what it keeps of them. */
import { learntShapes, parameterShapes, type ParameterShape } from '../network/shapes.ts';
import type { NetworkSpec } from '../network/spec.ts';
import type { CompileOptions, ParameterOptions, ParameterState } from './engine.ts';

/** Whether a parameter is updated at all. */
export function isTrained(name: string, parameters: CompileOptions['parameters'] = {}): boolean {
  return optionsOf(name, parameters).learningRateScale !== 0;
}

export function optionsOf(name: string, parameters: CompileOptions['parameters'] = {}): ParameterOptions {
  return Object.hasOwn(parameters, name) ? parameters[name]! : {};
}

/** In the order of the layers; none in a program that does not train. */
export function trainedParameters(network: NetworkSpec, options: CompileOptions): ParameterShape[] {
  if (!options.training) return [];
  return learntShapes(network).filter(({ name }) => isTrained(name, options.parameters));
}

/** The states of a program's trained parameters. */
export function keptStates({
  training,
  optimizer = 'sgd',
  averages = false,
}: CompileOptions): ParameterState[] {
  if (!training) return [];
  return [
    'momentum',
    ...(optimizer === 'adamw' ? (['secondMoment'] as const) : []),
    ...(averages ? (['average'] as const) : []),
  ];
}

/** Which parameters have a state: those that are trained, and averages the statistics too, as they go with the weights. */
export function shapesWith(
  state: ParameterState,
  network: NetworkSpec,
  options: CompileOptions,
): ParameterShape[] {
  const trained = trainedParameters(network, options);
  if (state !== 'average') return trained;
  const [some, learnt] = [trained, learntShapes(network)].map(
    (shapes) => new Set(shapes.map(({ name }) => name)),
  );
  return parameterShapes(network).filter(({ name }) => some!.has(name) || !learnt!.has(name));
}

/** For Program.states. */
export function statesOf(
  network: NetworkSpec,
  options: CompileOptions,
): Map<ParameterState, readonly string[]> {
  return new Map(
    keptStates(options).map((state) => [state, shapesWith(state, network, options).map(({ name }) => name)]),
  );
}
