/** What is wrong with an image file. Readers throw it; decodeImage makes it the coded error that names the file. */
export type FaultKind = 'truncated' | 'damaged' | 'unsupported';

export class ImageFault extends Error {
  readonly kind: FaultKind;

  constructor(kind: FaultKind, problem: string) {
    super(problem);
    this.kind = kind;
  }
}
