import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { percent } from '../../../src/numberText.ts';
import { useText } from '../../app/language.ts';
import { useStudio } from '../../app/studio.ts';
import { Message, toldError } from '../../parts/Message.tsx';
import { PixelCanvas } from '../../parts/PixelCanvas.tsx';
import type { Mistake } from '../../worker/protocol.ts';

const most = 24;

/** Whether the images that a run was tested on are gone, or others have come. */
function isOfImages(error: unknown): boolean {
  const { code } = toldError(error);
  return ['ALEX_STUDIO_COLLECTION_CHANGED', 'ALEX_STUDIO_UNKNOWN', 'ALEX_STUDIO_FEW_IMAGES'].includes(
    code ?? '',
  );
}

/** Held-out images that are answered wrongly, those first of which the network is surest. */
export function Mistakes({ run }: { readonly run: string }): JSX.Element | null {
  const text = useText();
  const { trainings } = useStudio();
  const [mistakes, setMistakes] = useState<readonly Mistake[]>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    trainings.mistakes(run, { most }).then(setMistakes, setError);
  }, [trainings, run]);
  if (isOfImages(error)) {
    return (
      <Message kind="note">
        {text({
          en: 'Its wrong answers can no longer be shown: the images have changed since.',
          ja: '間違えた画像はもう表示できない。その後で画像が変わっている。',
        })}
      </Message>
    );
  }
  if (error !== undefined) return <Message kind="error" error={error} />;
  if (mistakes === undefined) {
    return <p role="status">{text({ en: 'Looking for wrong answers…', ja: '間違いを探している…' })}</p>;
  }
  if (mistakes.length === 0) {
    return <p>{text({ en: 'No held-out image is wrong.', ja: '間違えた検証画像はない。' })}</p>;
  }
  return (
    <section class="stack tight" aria-label={text({ en: 'Wrong answers', ja: '間違えた画像' })}>
      <h4>
        {text({
          en: 'Wrong answers, the surest first: a wrong label, or an image that is hard to tell?',
          ja: '間違えた画像、確信の強い順: ラベルの誤りか、見分けにくい画像か',
        })}
      </h4>
      <ul class="mistakes">
        {mistakes.map(({ image, label, guess, probability }, index) => (
          <li key={index}>
            <PixelCanvas image={image} width="100%" label={label} />
            <small>
              {label} → <strong>{guess}</strong> <span class="number">{percent(probability)}</span>
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}
