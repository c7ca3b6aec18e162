import { cifar10Archives } from './cifar10Files.ts';

/** A place where an archive can be had. */
export interface Mirror {
  readonly url: string;
  /** Name of the archive on disk. */
  readonly file: string;
  readonly md5: string;
}

const binary = cifar10Archives.find(({ version }) => version === 'binary')!;
const python = cifar10Archives.find(({ version }) => version === 'python')!;

/** CIFAR-10's home first, then public copies: MindSpore's, MXNet's and PaddlePaddle's tutorials use them. */
export const cifar10Mirrors: readonly Mirror[] = [
  { url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz', ...binary },
  {
    url: 'https://mindspore-website.obs.cn-north-4.myhuaweicloud.com/notebook/datasets/cifar-10-binary.tar.gz',
    ...binary,
  },
  {
    url: 'https://apache-mxnet.s3-accelerate.dualstack.amazonaws.com/gluon/dataset/cifar10/cifar-10-binary.tar.gz',
    ...binary,
  },
  { url: 'https://dataset.bj.bcebos.com/cifar/cifar-10-python.tar.gz', ...python },
];
