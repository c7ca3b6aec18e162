import { createEngine } from '../engine/create.ts';
import type { Engine } from '../engine/engine.ts';
import type { Model } from '../training/modelDescription.ts';
import { compileSubject, type Subject } from './subject.ts';

export interface SubjectOptions {
  /** Default: the CPU engine. */
  readonly engine?: Engine | undefined;
  /** Images that go through the network at once. Default 32. */
  readonly batchSize?: number | undefined;
}

/** Compiles a model to be looked into. Throws what the engine throws. */
export async function openSubject(model: Model, options: SubjectOptions = {}): Promise<Subject> {
  const { batchSize = 32, engine = await createEngine('cpu') } = options;
  return compileSubject(model, engine, batchSize);
}
