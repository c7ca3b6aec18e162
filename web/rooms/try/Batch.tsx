import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { percent } from '../../../src/numberText.ts';
import { useText } from '../../app/language.ts';
import { useStudio } from '../../app/studio.ts';
import { Button } from '../../parts/Button.tsx';
import { Message } from '../../parts/Message.tsx';
import { saveFile } from '../../parts/saveFile.ts';
import type { ModelInfo } from '../../worker/protocol.ts';
import { predictionsCsv, type BatchResult } from './csv.ts';

export interface BatchProps {
  readonly model: ModelInfo;
  readonly files: readonly File[];
  readonly onClose: () => void;
}

/** Rows of the table: the file for download has all. */
const mostRows = 200;

/** Many files, one after the other: a table that fills, and the same as CSV. */
export function Batch({ model, files, onClose }: BatchProps): JSX.Element {
  const text = useText();
  const { results, done, error } = useBatch(model, files);
  const failed = results.filter((result) => result.error !== undefined).length;
  const download = (): void =>
    saveFile(new File([predictionsCsv(results)], 'predictions.csv', { type: 'text/csv;charset=utf-8' }));
  return (
    <section class="stack" aria-labelledby="batch">
      <h2 id="batch">{text({ en: `${files.length} files`, ja: `${files.length} 個のファイル` })}</h2>
      <div class="row">
        <progress
          value={results.length}
          max={files.length}
          aria-label={text({ en: 'Files done', ja: '済んだファイル' })}
        />
        <span class="number" role="status">
          {text({
            en: `${results.length} of ${files.length} done, ${failed} could not be read`,
            ja: `${files.length} 個中 ${results.length} 個が完了、読めなかったもの ${failed} 個`,
          })}
        </span>
        <Button primary disabled={!done} onClick={download}>
          {text({ en: 'Download CSV', ja: 'CSV をダウンロード' })}
        </Button>
        <Button onClick={onClose}>{text({ en: 'Close', ja: '閉じる' })}</Button>
      </div>
      {error !== undefined && <Message kind="error" error={error} />}
      <ResultTable results={results} />
    </section>
  );
}

interface BatchState {
  readonly results: readonly BatchResult[];
  readonly done: boolean;
  readonly error: unknown;
}

/** Results as they come, drawn at most once a frame; who leaves ends it. */
function useBatch(model: ModelInfo, files: readonly File[]): BatchState {
  const { models } = useStudio();
  const [state, setState] = useState<BatchState>({ results: [], done: false, error: undefined });
  useEffect(() => {
    const leaving = new AbortController();
    const { signal } = leaving;
    const results: BatchResult[] = [];
    let frame = 0;
    const show = (rest: Partial<BatchState> = {}): void => {
      if (!signal.aborted) setState({ results: [...results], done: false, error: undefined, ...rest });
    };
    const images = files.map((file) => ({ name: file.webkitRelativePath || file.name, image: file }));
    const take = (result: BatchResult): void => {
      // What the network sees of thousands of images is not kept.
      const { name, guesses, error } = result;
      results.push(error === undefined ? { name, guesses } : { name, error });
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        show();
      });
    };
    const end = (rest: Partial<BatchState>): void => {
      cancelAnimationFrame(frame);
      frame = 0;
      show({ done: true, ...rest });
    };
    show();
    models
      .predictAll(model.id, images, (result) => signal.aborted || take(result), signal)
      .then(
        () => end({}),
        (error: unknown) => end({ error }),
      );
    return () => {
      leaving.abort();
      cancelAnimationFrame(frame);
      frame = 0;
    };
  }, [models, model.id, files]);
  return state;
}

function ResultTable({ results }: { readonly results: readonly BatchResult[] }): JSX.Element {
  const text = useText();
  const titles = [
    text({ en: 'File', ja: 'ファイル' }),
    text({ en: 'Class', ja: 'クラス' }),
    text({ en: 'Probability', ja: '確率' }),
    text({ en: 'Then', ja: '次点' }),
  ];
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={text({ en: 'Results', ja: '結果' })}>
      <table class="list">
        <thead>
          <tr>
            {titles.map((title) => (
              <th scope="col" key={title}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {results.slice(0, mostRows).map((result, index) => (
            <ResultRow key={index} result={result} />
          ))}
        </tbody>
      </table>
      {results.length > mostRows && (
        <p class="quiet">
          {text({
            en: `The first ${mostRows} are shown; the CSV has all.`,
            ja: `最初の ${mostRows} 個を表示。CSV にはすべて入る。`,
          })}
        </p>
      )}
    </div>
  );
}

function ResultRow({ result }: { readonly result: BatchResult }): JSX.Element {
  const { name, guesses, error } = result;
  if (error !== undefined) {
    return (
      <tr>
        <th scope="row">{name}</th>
        <td colSpan={3} class="wrap" lang="en">
          {`${error.code}: ${error.message}`}
        </td>
      </tr>
    );
  }
  const [best, ...rest] = guesses!;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{best!.class}</td>
      <td class="number">{percent(best!.probability)}</td>
      <td class="quiet">
        {rest.map(({ class: other, probability }) => `${other} ${percent(probability)}`).join(', ')}
      </td>
    </tr>
  );
}
