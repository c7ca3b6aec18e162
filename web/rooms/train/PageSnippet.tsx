import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useText } from '../../app/language.ts';
import { Button } from '../../parts/Button.tsx';
import type { ModelInfo } from '../../worker/protocol.ts';

/** Lines for a page of one's own that classify an image with the downloaded model; docs/web.md has the same. */
export function snippetFor(file: string): string {
  return `<input type="file" accept="image/*" />
<output></output>
<script type="module">
  import { loadModel } from 'alexnet-ts/web';
  const model = await loadModel('./${file}');
  document.querySelector('input').onchange = async ({ target }) => {
    const [{ class: name, probability }] = await model.predict(target.files[0]);
    document.querySelector('output').value = \`\${name}: \${(100 * probability).toFixed(1)} %\`;
  };
</script>
`;
}

/** What to write into one's own page to use the model there. */
export function PageSnippet({ model }: { readonly model: ModelInfo }): JSX.Element {
  const text = useText();
  const [copied, setCopied] = useState<'yes' | 'no'>();
  const code = snippetFor('model.safetensors');
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
            en: `Download the safetensors file of “${model.name}”, put it beside your page, and write:`,
            ja: `「${model.name}」の safetensors ファイルをダウンロードし、ページの隣に置いて、こう書く:`,
          })}
        </p>
        <pre tabIndex={0} aria-label={title}>
          {code}
        </pre>
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
