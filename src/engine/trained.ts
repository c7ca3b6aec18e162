/** Which parameters a program updates, and what it keeps of them. */
import { learntShapes, type ParameterShape } from '../network/shapes.ts';
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

/** For Program.states. */
export function statesOf(
  network: NetworkSpec,
  options: CompileOptions,
): Map<ParameterState, readonly string[]> {
  const names = trainedParameters(network, options).map(({ name }) => name);
  return new Map(keptStates(options).map((state) => [state, names]));
}
