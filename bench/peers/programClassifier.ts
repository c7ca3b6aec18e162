/** One of our engines as the peers are. */
import type { Engine, Program } from '../../src/engine/engine.ts';
import { copyImages, imageBatch } from '../../src/model/imageBatch.ts';
import { parameterShapes } from '../../src/network/shapes.ts';
import type { NetworkSpec } from '../../src/network/spec.ts';
import type { Classifier } from './classifier.ts';
import type { Parameters } from './randomNetwork.ts';

export function programClassifier(engine: Engine, network: NetworkSpec, parameter: Parameters): Classifier {
  const programs: Program[] = [];
  return {
    name: `alexnet (${engine.name} ${engine.target})`,
    async prepare(images, batchSize) {
      const program = await engine.compile(network, { batchSize, training: false });
      programs.push(program);
      for (const { name } of parameterShapes(network)) program.writeParameter(name, parameter(name));
      const input = program.inputs[0];
      copyImages(imageBatch(images, input.shape).buffer, input, batchSize);
      return () => program.forward();
    },
    async close() {
      await Promise.all(programs.map((program) => program.dispose()));
    },
  };
}
