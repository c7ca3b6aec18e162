import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { count } from '../../../src/numberText.ts';
import type { LayerShape } from '../../../src/network/shapes.ts';
import { useText } from '../../app/language.ts';
import { useStudio } from '../../app/studio.ts';
import { Message } from '../../parts/Message.tsx';
import { PixelCanvas } from '../../parts/PixelCanvas.tsx';
import type { LayerActivations, ModelInfo } from '../../worker/protocol.ts';
import type { TriedImage } from './source.ts';

export interface LayersProps {
  readonly model: ModelInfo;
  readonly tried: TriedImage;
}

/** What a layer of the model holds for the image: its channels as a contact sheet. */
export function Layers({ model, tried }: LayersProps): JSX.Element {
  const text = useText();
  const { models } = useStudio();
  const [layers, setLayers] = useState<readonly LayerShape[]>([]);
  const [chosen, setChosen] = useState<string>();
  const [activations, setActivations] = useState<LayerActivations>();
  const [error, setError] = useState<unknown>();
  useEffect(() => void models.layers(model.id).then(setLayers, setError), [models, model.id]);
  // The first activation that is worth a look: after a ReLU.
  const layer = chosen ?? (layers.find(({ spec }) => spec.type === 'relu') ?? layers[0])?.spec.name;
  useEffect(() => {
    if (layer === undefined) return;
    let left = false;
    setError(undefined);
    models.activations(model.id, tried.image, layer).then(
      (told) => left || setActivations(told),
      (reason: unknown) => left || setError(reason),
    );
    return () => {
      left = true;
    };
  }, [models, model.id, tried, layer]);
  return (
    <section class="stack tight" aria-labelledby="layers">
      <h2 id="layers">{text({ en: 'Layer by layer', ja: '層ごとに見る' })}</h2>
      <label class="field">
        <span class="field-label">{text({ en: 'Layer', ja: '層' })}</span>
        <span>
          <select value={layer} onChange={(event) => setChosen(event.currentTarget.value)}>
            {layers.map(({ spec, output }) => (
              <option key={spec.name} value={spec.name}>
                {spec.name} ({spec.type}) {output.join(' × ')}
              </option>
            ))}
          </select>
        </span>
      </label>
      {error !== undefined && <Message kind="error" error={error} />}
      {activations !== undefined && <Sheet activations={activations} />}
    </section>
  );
}

function Sheet({ activations }: { readonly activations: LayerActivations }): JSX.Element {
  const text = useText();
  const { layer, shape, sheet } = activations;
  const [channels, height, width] = shape;
  const isPlanes = shape.length === 3;
  return (
    <figure class="stack tight">
      <PixelCanvas
        image={sheet}
        width={isPlanes ? 'min(100%, 34rem)' : '100%'}
        label={text({ en: `Activations of ${layer}`, ja: `${layer} の活性` })}
      />
      <figcaption>
        <small>
          {isPlanes
            ? text({
                en: `${layer}: ${channels} channels of ${height} × ${width}${channels! > 64 ? ', the first 64 shown' : ''}; bright is active`,
                ja: `${layer}: ${height} × ${width} が ${channels} チャネル${channels! > 64 ? '、最初の 64 個を表示' : ''}。明るいほど強い`,
              })
            : text({
                en: `${layer}: ${count(channels!)} features in a row; bright is active`,
                ja: `${layer}: ${count(channels!)} 個の特徴を並べたもの。明るいほど強い`,
              })}
        </small>
      </figcaption>
    </figure>
  );
}
