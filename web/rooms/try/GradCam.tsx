import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { percent } from '../../../src/numberText.ts';
import { useText } from '../../app/language.ts';
import { useStudio } from '../../app/studio.ts';
import { Message } from '../../parts/Message.tsx';
import { drawPixels } from '../../parts/PixelCanvas.tsx';
import { Slider } from '../../parts/Slider.tsx';
import type { Explanation, ModelInfo, Pixels } from '../../worker/protocol.ts';
import { drawHeat } from './heat.ts';
import type { TriedImage } from './source.ts';

export interface GradCamProps {
  readonly model: ModelInfo;
  readonly tried: TriedImage;
  readonly seen: Pixels;
  /** The most probable class. */
  readonly best: string;
}

/** Where a model looks for a class: Grad-CAM over the image that it sees. */
export function GradCam({ model, tried, seen, best }: GradCamProps): JSX.Element {
  const text = useText();
  const { models } = useStudio();
  const [target, setTarget] = useState<string>();
  const [opacity, setOpacity] = useState(0.6);
  const [explanation, setExplanation] = useState<Explanation>();
  const [error, setError] = useState<unknown>();
  const wanted = target ?? best;
  useEffect(() => {
    let left = false;
    setError(undefined);
    models.explain(model.id, tried.image, wanted).then(
      (told) => left || setExplanation(told),
      (reason: unknown) => left || setError(reason),
    );
    return () => {
      left = true;
    };
  }, [models, model.id, tried, wanted]);
  return (
    <section class="stack tight" aria-labelledby="grad-cam">
      <h2 id="grad-cam">{text({ en: 'Where it looks', ja: 'どこを見ているか' })}</h2>
      {error !== undefined && <Message kind="error" error={error} />}
      <div class="columns">
        <Overlay
          seen={seen}
          explanation={explanation}
          opacity={opacity}
          label={text({
            en: `The image, with what speaks for ${wanted} coloured`,
            ja: `${wanted} の根拠になった所に色をつけた画像`,
          })}
        />
        <div class="stack tight">
          <label class="field">
            <span class="field-label">{text({ en: 'What speaks for', ja: '根拠を見るクラス' })}</span>
            <select value={wanted} onChange={(event) => setTarget(event.currentTarget.value)}>
              {model.classes.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <Slider
            label={text({ en: 'Opacity', ja: '色の濃さ' })}
            value={opacity}
            min={0}
            max={1}
            step={0.05}
            shown={percent(opacity)}
            onChange={setOpacity}
          />
          {explanation !== undefined && (
            <small>
              {text({
                en: `Grad-CAM of ${explanation.layer}. Bright yellow: speaks most for the class; blue: nothing does.`,
                ja: `${explanation.layer} の Grad-CAM。黄色が明るいほど強い根拠で、青は根拠がない。`,
              })}
            </small>
          )}
        </div>
      </div>
    </section>
  );
}

interface OverlayProps {
  readonly seen: Pixels;
  readonly explanation: Explanation | undefined;
  readonly opacity: number;
  readonly label: string;
}

function Overlay({ seen, explanation, opacity, label }: OverlayProps): JSX.Element {
  const image = useRef<HTMLCanvasElement>(null);
  const heat = useRef<HTMLCanvasElement>(null);
  useEffect(() => drawPixels(image.current!, seen), [seen]);
  useEffect(() => {
    if (explanation !== undefined) drawHeat(heat.current!, explanation.gradCam);
  }, [explanation]);
  return (
    <div class="overlay" role="img" aria-label={label}>
      <canvas ref={image} class="pixels" />
      <canvas ref={heat} class="heat" style={{ opacity: explanation === undefined ? 0 : opacity }} />
    </div>
  );
}
