/** The networks that are worth training in a browser, in plain words. */
import { buildNetwork, type NetworkName } from '../../../src/network/zoo/networks.ts';
import { describeNetwork } from '../../../src/network/describe.ts';
import type { Text } from '../../../src/language.ts';

export interface NetworkChoice {
  readonly name: NetworkName;
  readonly title: Text;
  readonly says: Text;
}

export const networkChoices: readonly NetworkChoice[] = [
  {
    name: 'alexnet-32',
    title: { en: 'AlexNet, small', ja: 'AlexNet 小' },
    says: {
      en: 'AlexNet’s design for small images. The one to begin with.',
      ja: '小さな画像向けの AlexNet。まずはこれ。',
    },
  },
  {
    name: 'alexnet-32-bn',
    title: { en: 'AlexNet, small, with batch normalisation', ja: 'AlexNet 小、バッチ正規化つき' },
    says: {
      en: 'Learns in fewer epochs and bears larger learning rates.',
      ja: '少ないエポックで学び、大きな学習率にも耐える。',
    },
  },
  {
    name: '80sec',
    title: { en: 'cuda-convnet, quick', ja: 'cuda-convnet 小型' },
    says: {
      en: 'The smallest: three convolutions. For slow machines.',
      ja: '畳み込み 3 つの最小のもの。遅いマシン向け。',
    },
  },
  {
    name: 'vgg-32',
    title: { en: 'VGG, small', ja: 'VGG 小' },
    says: {
      en: 'Deeper, with small filters: often more accurate, and slower.',
      ja: '小さなフィルターを深く重ねる。より正確なことが多く、遅い。',
    },
  },
  {
    name: 'alexnet',
    title: { en: 'AlexNet, full size', ja: 'AlexNet 本来の大きさ' },
    says: {
      en: 'torchvision’s AlexNet on images of 224 × 224 pixels: for patience, and for few images.',
      ja: '224 × 224 画素を見る torchvision の AlexNet。時間があり、画像が少ないときに。',
    },
  },
];

export interface NetworkCost {
  /** Of the input image, in pixels. */
  readonly side: number;
  readonly parameters: number;
  /** Of one image's forward pass. */
  readonly multiplyAdds: number;
}

/** What follows from a network's design. */
export function networkCost(name: string, classes: number): NetworkCost {
  const { input, parameters, multiplyAdds } = describeNetwork(
    buildNetwork(name, { classes: Math.max(2, classes) }),
  );
  return { side: input[1]!, parameters, multiplyAdds };
}
