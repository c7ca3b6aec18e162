/** What a browser has of all that the engine can use. */
import { assembleModule } from '../assembler/wasm.ts';
import { knownAnswers } from '../targets/knownAnswers.ts';
import { targetShapes } from '../targets/targets.ts';

export interface WebFeatures {
  /** Whether memory can be shared with other threads: the page is cross-origin isolated. */
  readonly threads: boolean;
  /** Whether vectors of 128 bits can be used; without them the engine cannot run. */
  readonly simd: boolean;
  /** Whether there are multiply-adds in one rounding; else a product is rounded first, and results differ a little. */
  readonly relaxedSimd: boolean;
}

/** Looks what there is here, a page or a worker. */
export function webFeatures(): WebFeatures {
  const threads =
    globalThis.crossOriginIsolated === true &&
    typeof SharedArrayBuffer === 'function' &&
    typeof Atomics.waitAsync === 'function';
  const sources = knownAnswers(targetShapes['wasm-128']).map(({ source }) => source);
  const runs = (relaxed: boolean): boolean =>
    WebAssembly.validate(assembleModule(sources, { lanes: 4, relaxed, shared: threads }));
  const relaxedSimd = runs(true);
  return { threads, relaxedSimd, simd: relaxedSimd || runs(false) };
}
