/** What every network of the zoo is made for. */
export interface NetworkOptions {
  readonly classes: number;
  /** Side of the square input image, in pixels. Default: what the network was designed for. */
  readonly inputSize?: number;
  /** Probability of every dropout layer, 0 or more and less than 1. Default 0.5. */
  readonly dropout?: number;
}
