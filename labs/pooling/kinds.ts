import { buildNetwork, type NetworkSpec, type Text } from '../../src/index.ts';

export interface Pooling {
  readonly type: 'maxPool' | 'avgPool';
  readonly kernelSize: number;
  readonly stride: number;
  readonly ceilMode?: boolean;
}

export interface Kind {
  readonly id: string;
  readonly name: Text;
  readonly pooling: Pooling;
}

/** Sizes are rounded up where windows overlap, so that all have outputs of the same size, as the paper's two had. */
export const kinds: readonly Kind[] = (['max', 'avg'] as const).flatMap((short) =>
  ([2, 3] as const).map((kernelSize) => {
    const size = `${kernelSize}×${kernelSize}/2`;
    return {
      id: `${short} ${kernelSize}`,
      name: {
        en: `${short === 'max' ? 'max' : 'average'} ${size}`,
        ja: `${short === 'max' ? '最大値' : '平均値'} ${size}`,
      },
      pooling: { type: `${short}Pool` as const, kernelSize, stride: 2, ceilMode: kernelSize === 3 },
    };
  }),
);

/** No pooling: every other pixel of every other row. */
export const every2nd: Kind = {
  id: 'every second',
  name: { en: 'every second pixel', ja: '1画素おき' },
  pooling: { type: 'maxPool', kernelSize: 1, stride: 2 },
};

/** alexnet-32 with other pools; 64 × 4 × 4 values come out of the last one, whatever its kind. */
export function networkWith({ pooling }: Kind, classes: number): NetworkSpec {
  const { layers, ...network } = buildNetwork('alexnet-32', { classes, dropout: 0 });
  return {
    ...network,
    layers: layers
      .filter(({ type }) => type !== 'adaptiveAvgPool')
      .map((layer) => (layer.type === 'maxPool' ? { name: layer.name, ...pooling } : layer)),
  };
}
