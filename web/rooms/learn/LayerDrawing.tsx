import type { JSX } from 'preact';
import { elementCount, type LayerShape, type Shape } from '../../../src/network/shapes.ts';
import { useText } from '../../app/language.ts';

/** In pixels of the drawing: its height for the input's side, and the width of the most channels. */
const [tallest, widest] = [150, 64];
const gap = 46;
/** Height of the longest vector. */
const longest = 190;
const labels = 44;

interface Block {
  readonly name: string;
  readonly shape: Shape;
  readonly color: string;
}

const colors: Readonly<Record<string, string>> = {
  conv: 'var(--series-0)',
  maxPool: 'var(--series-1)',
  linear: 'var(--series-2)',
};

/** The input, and the layers that change shapes: convolutions, pooling, linear layers. */
function blocksOf(layers: readonly LayerShape[], input: string): Block[] {
  const drawn = layers.filter(({ spec }) => spec.type in colors);
  return [
    { name: input, shape: layers[0]!.input, color: 'var(--quiet)' },
    ...drawn.map(({ spec, output }) => ({ name: spec.name, shape: output, color: colors[spec.type]! })),
  ];
}

/** The network to scale: height is the side of the picture, width the channels; vectors have their length as height. */
export function LayerDrawing({ layers }: { readonly layers: readonly LayerShape[] }): JSX.Element {
  const text = useText();
  const blocks = blocksOf(layers, text({ en: 'input', ja: '入力' }));
  const planes = blocks.filter(({ shape }) => shape.length === 3);
  const vectors = blocks.filter(({ shape }) => shape.length === 1);
  const perPixel = tallest / Math.max(...planes.map(({ shape }) => shape[1]!));
  const perChannel = widest / Math.max(...planes.map(({ shape }) => shape[0]!));
  const perFeature = longest / Math.max(...vectors.map(({ shape }) => shape[0]!));
  let left = 45;
  const placed = blocks.map((block) => {
    const isPlane = block.shape.length === 3;
    const width = isPlane ? Math.max(1.5, block.shape[0]! * perChannel) : 8;
    const height = Math.max(1.5, isPlane ? block.shape[1]! * perPixel : block.shape[0]! * perFeature);
    const x = left;
    left += width + gap;
    return { ...block, x, width, height };
  });
  const title = text({ en: 'The network, drawn to scale', ja: 'ネットワークの縮尺図' });
  const spoken = blocks.map(({ name, shape }) => `${name} ${shape.join(' × ')}`).join(', ');
  return (
    <figure>
      <figcaption class="quiet">
        {text({
          en: 'Height: pixels of a side; width: channels. Vectors are bars as high as they are long, on a scale of their own. Blue: convolution, orange: pooling, green: fully connected.',
          ja: '高さは一辺の画素数、幅はチャネル数。ベクトルは長さを高さにした棒で、縮尺は別。青が畳み込み、橙がプーリング、緑が全結合。',
        })}
      </figcaption>
      <div class="scroll" tabIndex={0} role="region" aria-label={title}>
        <svg
          class="network"
          viewBox={`0 0 ${left} ${longest + labels + 10}`}
          role="img"
          aria-label={`${title}: ${spoken}`}
        >
          {placed.map(({ name, shape, color, x, width, height }, index) => (
            <g key={name}>
              <title>{`${name}: ${shape.join(' × ')}, ${elementCount(shape)}`}</title>
              <rect x={x} y={(longest - height) / 2 + 5} width={width} height={height} fill={color} />
              <text x={x + width / 2} y={longest + (index % 2) * 20 + 22} text-anchor="middle">
                {shape.join('×')}
              </text>
            </g>
          ))}
        </svg>
      </div>
    </figure>
  );
}
