import type { JSX } from 'preact';
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { count } from '../../../../src/numberText.ts';
import { elementCount, inferShapes, type LayerShape } from '../../../../src/network/shapes.ts';
import { buildNetwork } from '../../../../src/network/zoo/networks.ts';
import type { Text } from '../../../../src/language.ts';
import { useText } from '../../../app/language.ts';
import { useStudio } from '../../../app/studio.ts';
import { Choice } from '../../../parts/Choice.tsx';
import { Field } from '../../../parts/Field.tsx';
import { Message } from '../../../parts/Message.tsx';
import { PixelCanvas } from '../../../parts/PixelCanvas.tsx';
import type { LayerActivations, ModelInfo } from '../../../worker/protocol.ts';
import type { Lesson } from '../lesson.ts';
import { LayerDrawing } from '../LayerDrawing.tsx';
import { PicturePicker, usePicture } from '../picture.tsx';
import { pixelsOf } from '../../../worker/pixels.ts';

const networks = ['alexnet', 'alexnet-2012', 'alexnet-32'] as const;
type NetworkName = (typeof networks)[number];
const notes: Readonly<Record<NetworkName, Text>> = {
  alexnet: { en: "the article's", ja: '記事のもの' },
  'alexnet-2012': { en: "the paper's", ja: '論文のもの' },
  'alexnet-32': { en: 'small', ja: '小型' },
};
const classes = 10;
/** Stands for weights as they are drawn before a training. */
const untrained = 'untrained';

/** 0.00041 as `0.041%`: the smallest layers have a share too. */
const share = (part: number): string => `${Number((100 * part).toPrecision(2))}%`;

const parametersOf = ({ parameters }: LayerShape): number =>
  parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0);

function View(): JSX.Element {
  const text = useText();
  const [name, setName] = useState<NetworkName>('alexnet');
  const network = useMemo(() => buildNetwork(name, { classes }), [name]);
  const layers = useMemo(() => inferShapes(network), [network]);
  const total = layers.reduce((sum, layer) => sum + parametersOf(layer), 0);
  const multiplyAdds = layers.reduce((sum, layer) => sum + layer.multiplyAdds, 0);
  const ofType = (type: LayerShape['spec']['type']): LayerShape[] =>
    layers.filter(({ spec }) => spec.type === type);
  const connected = share(ofType('linear').reduce((sum, layer) => sum + parametersOf(layer), 0) / total);
  const convolved = share(ofType('conv').reduce((sum, layer) => sum + layer.multiplyAdds, 0) / multiplyAdds);
  return (
    <div class="stack">
      <Choice
        showLabel
        label={text({ en: 'Network', ja: 'ネットワーク' })}
        value={name}
        options={networks.map((value) => ({ value, label: `${value} (${text(notes[value])})` }))}
        onChange={setName}
      />
      <LayerDrawing layers={layers} />
      <p aria-live="polite" data-parameters={total}>
        {text({
          en: `For ${classes} classes: ${count(total)} parameters and ${count(Math.round(multiplyAdds / 1e6))} million multiply-adds an image. The fully connected layers hold ${connected} of the parameters, the convolutions do ${convolved} of the work.`,
          ja: `${classes} クラスでは、パラメーター ${count(total)} 個、画像 1 枚あたりの積和 ${count(Math.round(multiplyAdds / 1e6))} 百万回。パラメーターの ${connected} は全結合層にあり、計算の ${convolved} は畳み込みがする。`,
        })}
      </p>
      <Activations key={name} name={name} layers={layers} total={total} />
    </div>
  );
}

interface ActivationsProps {
  readonly name: NetworkName;
  readonly layers: readonly LayerShape[];
  readonly total: number;
}

/** The layers as a list; each opens to what it makes of the picture. */
function Activations({ name, layers, total }: ActivationsProps): JSX.Element {
  const text = useText();
  const { models } = useStudio();
  const [known, setKnown] = useState<readonly ModelInfo[]>([]);
  const [chosen, setChosen] = useState(untrained);
  useEffect(() => {
    let left = false;
    // Without the worker there are no trained models; opening a layer tells why.
    models.list().then(
      (all) => left || setKnown(all.filter(({ network, run }) => network === name && run !== undefined)),
      () => {},
    );
    return () => {
      left = true;
    };
  }, [name]);
  const model = useModel(name, chosen);
  return (
    <div class="columns">
      <div class="stack">
        <PicturePicker />
        <Field label={text({ en: 'Weights', ja: '重み' })}>
          <select value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
            <option value={untrained}>{text({ en: 'random (untrained)', ja: 'ランダム (未訓練)' })}</option>
            {known.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </select>
        </Field>
        {chosen === untrained && (
          <Message kind="note">
            {text({
              en: 'The weights are random, as before any training. Even so the first layers show edges and colours of the picture: only training makes the later ones mean something. Train this network in the room Train, and choose it here.',
              ja: '重みはランダムで、訓練前の状態だ。それでも最初の層には画像の輪郭や色が現れる。後ろの層に意味が生まれるのは訓練してからだ。「訓練する」の部屋でこのネットワークを訓練すれば、ここで選べる。',
            })}
          </Message>
        )}
      </div>
      <div class="wide">
        {layers.map((layer) => (
          <LayerDetails key={layer.spec.name} layer={layer} total={total} model={model} />
        ))}
      </div>
    </div>
  );
}

/** Gives the id of the model that is looked at; a network with random weights is made with the first question, and let go after. */
function useModel(name: NetworkName, chosen: string): () => Promise<string> {
  const { models } = useStudio();
  const held = useMemo((): { made?: Promise<ModelInfo> } => ({}), [name]);
  useEffect(
    () => () => {
      // What could not be made needs no removal.
      held.made?.then(({ id }) => models.remove(id)).catch(() => {});
    },
    [held],
  );
  return useCallback(async () => {
    if (chosen !== untrained) return chosen;
    held.made ??= models.untrained(name, { classes, seed: 0 });
    return (await held.made).id;
  }, [held, chosen]);
}

interface LayerDetailsProps {
  readonly layer: LayerShape;
  readonly total: number;
  readonly model: () => Promise<string>;
}

function LayerDetails({ layer, total, model }: LayerDetailsProps): JSX.Element {
  const { spec, output } = layer;
  const text = useText();
  const [open, setOpen] = useState(false);
  const parameters = parametersOf(layer);
  return (
    <details class="layer" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span class="layer-line">
          <span>
            <code>{spec.name}</code> {spec.type}
          </span>
          <span>{output.join(' × ')}</span>
          <span>
            {parameters > 0 &&
              text({
                en: `${count(parameters)} parameters (${share(parameters / total)})`,
                ja: `パラメーター ${count(parameters)} (${share(parameters / total)})`,
              })}
          </span>
        </span>
      </summary>
      {open && <Opened layer={layer} model={model} />}
    </details>
  );
}

/** What a layer puts out for the picture. */
function Opened({ layer, model }: Omit<LayerDetailsProps, 'total'>): JSX.Element {
  const text = useText();
  const { models } = useStudio();
  const picture = usePicture();
  const [seen, setSeen] = useState<LayerActivations>();
  const [error, setError] = useState<unknown>();
  const { name } = layer.spec;
  useEffect(() => {
    let left = false;
    setSeen(undefined);
    setError(undefined);
    model()
      .then((id) => models.activations(id, pixelsOf(picture.view), name))
      .then(
        (told) => left || setSeen(told),
        (problem: unknown) => left || setError(problem),
      );
    return () => {
      left = true;
    };
  }, [name, picture, model]);
  if (error !== undefined) return <Message kind="error" error={error} />;
  if (seen === undefined) return <p role="status">{text({ en: 'Computing…', ja: '計算中…' })}</p>;
  const [channels] = seen.shape;
  return (
    <figure class="stack">
      <PixelCanvas
        image={seen.sheet}
        width={seen.shape.length === 3 ? 'min(100%, 36rem)' : '100%'}
        label={text({ en: `What ${name} puts out`, ja: `${name} の出力` })}
      />
      <figcaption class="quiet">
        {seen.shape.length === 3
          ? text({
              en: `Each square is a channel: ${Math.min(64, channels!)} of ${channels}.`,
              ja: `正方形 1 つが 1 チャネル。${channels} のうち ${Math.min(64, channels!)}。`,
            })
          : text({ en: `${channels} values.`, ja: `${channels} 個の値。` })}{' '}
        {text({
          en: 'From dark, 0, to yellow, the largest; where values have signs, blue is below 0 and red above.',
          ja: '暗い色が 0、黄色が最大。符号がある層では青が負、赤が正。',
        })}
      </figcaption>
    </figure>
  );
}

export const layersLesson: Lesson = {
  slug: 'layers',
  title: { en: "AlexNet's layers", ja: 'AlexNet の層' },
  story: [
    {
      en: 'All the parts, put together: convolutions with ReLU find patterns, pooling makes the picture smaller while the channels become more, and fully connected layers with dropout decide. The drawing is to scale.',
      ja: '部品をすべて組み合わせよう。畳み込みと ReLU が模様を見つけ、プーリングが画像を小さくする一方でチャネルは増え、最後にドロップアウト付きの全結合層が判断する。図は縮尺どおり。',
    },
    {
      en: 'Open a layer to see what it makes of your picture.',
      ja: '層を開くと、その層が画像から何を作るかが見える。',
    },
  ],
  source: {
    en: 'Krizhevsky, Sutskever and Hinton 2012, section 3.5 and figure 2; torchvision’s alexnet. Shapes and counts follow from the networks’ own descriptions.',
    ja: 'Krizhevsky, Sutskever, Hinton 2012 の 3.5 節と図 2、torchvision の alexnet。形と数はネットワークの記述から計算している。',
  },
  View,
};
