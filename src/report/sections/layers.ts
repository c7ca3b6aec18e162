import { escaped } from '../../charts/chart.ts';
import { heatMap } from '../../charts/heatMap.ts';
import { describeNetwork, type NetworkDescription } from '../../network/describe.ts';
import { elementCount } from '../../network/shapes.ts';
import { bytes, count, percent } from '../../numberText.ts';
import { measureLayers, type LayerTime, type LayerTimes } from '../layerTimes.ts';
import { isMissing, type Material, type Section } from '../material.ts';
import { chartHtml, tableHtml } from '../page.ts';

/** Larger batches take longer to time, and tell no more. */
const mostImages = 32;
const floatBytes = 4;

function layerTable(
  { layers, parameters, multiplyAdds, memory }: NetworkDescription,
  { t }: Material,
): string {
  const rows = layers.map((layer) => [
    layer.name,
    layer.type,
    layer.output.join(' × '),
    count(layer.parameters),
    count(layer.multiplyAdds),
    bytes(floatBytes * (layer.parameters + elementCount(layer.output))),
  ]);
  const total = [
    t({ en: 'all', ja: '合計' }),
    '',
    '',
    count(parameters),
    count(multiplyAdds),
    bytes(memory.parameterBytes + memory.activationBytesPerImage),
  ];
  const head = [
    t({ en: 'layer', ja: '層' }),
    t({ en: 'type', ja: '種類' }),
    t({ en: 'output', ja: '出力' }),
    t({ en: 'parameters', ja: 'パラメータ' }),
    t({ en: 'multiply-adds', ja: '積和演算' }),
    t({ en: 'memory', ja: 'メモリ' }),
  ];
  const caption = t({
    en: 'Layers; multiply-adds and memory are those of one image, forward.',
    ja: '層の一覧。積和演算とメモリは画像 1 枚の順伝播のもの。',
  });
  return tableHtml(caption, head, [...rows, total]);
}

function allOf({ forward, weightGradient, inputGradient, update }: LayerTime): number {
  return forward + weightGradient + inputGradient + update;
}

async function timeMap(times: LayerTimes, { t }: Material): Promise<string> {
  const step = times.layers.reduce((sum, layer) => sum + allOf(layer), 0);
  // What takes next to nothing would only make the map longer.
  const shown = times.layers.filter((layer) => allOf(layer) > 0.002 * step);
  const slowest = shown.reduce((a, b) => (allOf(b) > allOf(a) ? b : a));
  const passes = [
    { name: t({ en: 'forward', ja: '順伝播' }), of: ({ forward }: LayerTime) => forward },
    {
      name: t({ en: 'weight gradient', ja: '重みの勾配' }),
      of: ({ weightGradient }: LayerTime) => weightGradient,
    },
    {
      name: t({ en: 'input gradient', ja: '入力の勾配' }),
      of: ({ inputGradient }: LayerTime) => inputGradient,
    },
    { name: t({ en: 'update', ja: '更新' }), of: ({ update }: LayerTime) => update },
    { name: t({ en: 'all', ja: '合計' }), of: allOf },
  ];
  const svg = await heatMap({
    title: t({
      en: `Where a step's ${step.toFixed(1)} ms go: ${slowest.layer} takes ${percent(allOf(slowest) / step)}`,
      ja: `1 ステップ ${step.toFixed(1)} ms の内訳: ${slowest.layer} が ${percent(allOf(slowest) / step)}`,
    }),
    description: t({
      en: `Milliseconds of each layer and pass.`,
      ja: `層と処理ごとのミリ秒。`,
    }),
    rows: shown.map(({ layer }) => layer),
    columns: passes.map(({ name }) => name),
    rowLabel: t({ en: 'layer', ja: '層' }),
    columnLabel: t({ en: 'pass, milliseconds', ja: '処理 (ミリ秒)' }),
    values: shown.map((layer) => passes.map(({ of }) => (of(layer) > 0 ? of(layer) : null))),
    format: (value) => value.toFixed(2),
  });
  return chartHtml(svg);
}

async function memoryMap(
  { layers, input }: NetworkDescription,
  { batchSize }: LayerTimes,
  { t }: Material,
): Promise<string> {
  const megabytes = (floats: number): number => (floatBytes * floats) / 1e6;
  const rows = [
    { name: t({ en: 'input', ja: '入力' }), weights: 0, outputs: megabytes(batchSize * elementCount(input)) },
    ...layers.map(({ name, parameters, output }) => ({
      name,
      weights: megabytes(3 * parameters),
      outputs: megabytes(2 * batchSize * elementCount(output)),
    })),
  ];
  const all = rows.reduce((sum, { weights, outputs }) => sum + weights + outputs, 0);
  const shown = rows.filter(({ weights, outputs }) => weights + outputs > 0.002 * all);
  const largest = shown.reduce((a, b) => (b.weights + b.outputs > a.weights + a.outputs ? b : a));
  const svg = await heatMap({
    title: t({
      en: `Where the memory goes: ${largest.name} has ${percent((largest.weights + largest.outputs) / all)} of what is needed at least`,
      ja: `メモリの内訳: 最低限必要な量の ${percent((largest.weights + largest.outputs) / all)} を ${largest.name} が占める`,
    }),
    description: t({
      en: `Megabytes of each layer: weights with their gradient and momentum, and outputs of a batch of ${batchSize} with their gradients. Computed from shapes.`,
      ja: `層ごとのメガバイト数。重みとその勾配・モーメンタム、バッチ ${batchSize} の出力とその勾配。形から計算した値。`,
    }),
    rows: shown.map(({ name }) => name),
    columns: [t({ en: 'weights', ja: '重み' }), t({ en: 'outputs', ja: '出力' })],
    rowLabel: t({ en: 'layer', ja: '層' }),
    columnLabel: t({ en: 'megabytes', ja: 'メガバイト' }),
    values: shown.map(({ weights, outputs }) => [weights || null, outputs || null]),
    format: (value) => value.toFixed(2),
  });
  return chartHtml(svg);
}

export const layersSection: Section = {
  id: 'layers',
  title: { en: 'Layers, and where time and memory go', ja: '層、時間とメモリの内訳' },
  write: async (material) => {
    const { model, run, threads, signal, t } = material;
    if (isMissing(model)) return model;
    const { network } = model.subject.model;
    const description = describeNetwork(network);
    const table = layerTable(description, material);
    const batchSize = Math.min(run.config.batchSize, mostImages);
    const times = await measureLayers(network, { batchSize, threads, signal });
    const { target, threads: used } = times;
    const total = t({
      en: `Times were measured when this report was made, not in the training: medians of a few steps on random images, batches of ${batchSize}, ${target}, ${used} threads. Memory by layer is computed from shapes; the engine takes ${bytes(times.memoryBytes)} for training with batches of ${batchSize}, its own layouts and scratch space with it.`,
      ja: `時間は訓練中ではなく、このレポートを作ったときに測ったもの (ランダムな画像での数ステップの中央値、バッチ ${batchSize}、${target}、${used} スレッド)。層ごとのメモリは形から計算した値。バッチ ${batchSize} の訓練でエンジンが使うメモリは、独自の配置と作業領域を含めて ${bytes(times.memoryBytes)}。`,
    });
    return (
      table +
      (await timeMap(times, material)) +
      (await memoryMap(description, times, material)) +
      `<p>${escaped(total)}</p>`
    );
  },
};
