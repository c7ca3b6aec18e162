/** What runs inference in a Node process. */
export interface Classifier {
  /** Name, version and what computes. */
  readonly name: string;
  /** Takes images, [count, C, H, W], in the peer's own layout; the function gives their logits, [count, classes]. */
  prepare(images: Float32Array, count: number): Promise<() => Promise<Float32Array>>;
  /** Ends threads. */
  close(): Promise<void>;
}
