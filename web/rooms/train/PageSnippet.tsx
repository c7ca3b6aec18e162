import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useText } from '../../app/language.ts';
import { Button } from '../../parts/Button.tsx';
import type { ModelInfo } from '../../worker/protocol.ts';

/** A page that classifies an image with the downloaded model: the one of docs/web.md, in ten lines. */
const code = `<input type="file" accept="image/*" id="file" />
<pre id="answer"></pre>
<script type="module">
  import { loadModel } from 'alexnet-ts/web';
  const model = await loadModel('model.safetensors');
  file.onchange = async () => {
    const guesses = await model.predict(file.files[0], { top: 3 });
    answer.textContent = guesses.map((g) => g.class + ' ' + (100 * g.probability).toFixed(1) + ' %').join('\\n');
  };
</script>
`;

/** What to write into one's own page to use the model there. */
export function PageSnippet({ model }: { readonly model: ModelInfo }): JSX.Element {
  const text = useText();
  const [copied, setCopied] = useState<'yes' | 'no'>();
  const copy = (): void => {
    navigator.clipboard.writeText(code).then(
      () => setCopied('yes'),
      () => setCopied('no'),
    );
  };
  const title = text({ en: 'Use it in your page', ja: '自分のページで使う' });
  return (
    <details class="details">
      <summary>{title}</summary>
      <div class="stack tight">
        <p>
          {text({
            en: `Download “${model.name}” as safetensors, save it beside your page as model.safetensors, and write:`,
            ja: `「${model.name}」を safetensors でダウンロードし、model.safetensors の名前でページの隣に置いて、こう書く:`,
          })}
        </p>
        <pre tabIndex={0} aria-label={title}>
          {code}
        </pre>
        <p class="quiet">
          {text({
            en: 'This is for a bundler such as Vite, after npm install alexnet-ts. Without one, put the package’s folder dist/web beside the page as alexnet-ts, and import from ./alexnet-ts/index.js.',
            ja: 'npm install alexnet-ts をした後の、Vite などのバンドラー向け。バンドラーがなければ、パッケージの dist/web フォルダーを alexnet-ts という名前でページの隣に置き、./alexnet-ts/index.js から import する。',
          })}
        </p>
        <div class="row">
          <Button onClick={copy}>{text({ en: 'Copy', ja: 'コピー' })}</Button>
          <span role="status">
            {copied === 'yes' && text({ en: 'Copied.', ja: 'コピーした。' })}
            {copied === 'no' &&
              text({
                en: 'Copying was refused: select the lines and press Ctrl+C.',
                ja: 'コピーできなかった。選択して Ctrl+C を押してほしい。',
              })}
          </span>
        </div>
      </div>
    </details>
  );
}
