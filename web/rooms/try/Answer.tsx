import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { percent } from '../../../src/numberText.ts';
import { useText } from '../../app/language.ts';
import { useStudio } from '../../app/studio.ts';
import { Bars } from '../../parts/Bars.tsx';
import { Message } from '../../parts/Message.tsx';
import { PixelCanvas } from '../../parts/PixelCanvas.tsx';
import type { ModelInfo, Prediction } from '../../worker/protocol.ts';
import { GradCam } from './GradCam.tsx';
import { Layers } from './Layers.tsx';
import type { TriedImage } from './source.ts';

export interface AnswerProps {
  readonly model: ModelInfo;
  readonly tried: TriedImage;
}

const top = 5;

/** What a model makes of an image: guesses, where it looks, what its layers hold. Give it the model's id as key. */
export function Answer({ model, tried }: AnswerProps): JSX.Element {
  const text = useText();
  const { models } = useStudio();
  const [answer, setAnswer] = useState<{ readonly about: TriedImage; readonly prediction: Prediction }>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    let left = false;
    setError(undefined);
    models.predict(model.id, tried.image, top).then(
      (prediction) => left || setAnswer({ about: tried, prediction }),
      (reason: unknown) => {
        if (left) return;
        setAnswer(undefined);
        setError(reason);
      },
    );
    return () => {
      left = true;
    };
  }, [models, model.id, tried]);
  if (error !== undefined) return <Message kind="error" error={error} />;
  if (answer === undefined) {
    return <p role="status">{text({ en: 'Looking at the image…', ja: '画像を見ている…' })}</p>;
  }
  // Of the image before, until there is one to the next.
  const { about, prediction } = answer;
  const { guesses, seen } = prediction;
  const [best] = guesses;
  return (
    <div class="stack">
      <div class="answer" aria-live="polite">
        <div class="stack tight">
          <h2>
            {best!.class} <span class="quiet number">{percent(best!.probability)}</span>
          </h2>
          <Bars
            label={text({
              en: `${about.name}: the ${guesses.length} most probable`,
              ja: `${about.name}: 確率の高い ${guesses.length} クラス`,
            })}
            bars={guesses.map(({ class: name, probability }, index) => ({
              name,
              value: probability,
              shown: percent(probability),
              marked: index === 0,
            }))}
          />
        </div>
        <figure class="stack tight">
          <PixelCanvas
            image={seen}
            width="min(100%, 16rem)"
            label={text({ en: 'What the network sees', ja: 'ネットワークが見ているもの' })}
          />
          <figcaption>
            <small>
              {text({
                en: `What the network sees: ${seen.width} × ${seen.height} pixels`,
                ja: `ネットワークが見ているもの: ${seen.width} × ${seen.height} 画素`,
              })}
            </small>
          </figcaption>
        </figure>
      </div>
      <GradCam model={model} tried={about} seen={seen} best={best!.class} />
      <Layers model={model} tried={about} />
    </div>
  );
}
