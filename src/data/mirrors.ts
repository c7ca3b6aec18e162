import { cifar10, cifar100, type CifarSet, type CifarVersion } from './cifar/cifarSets.ts';

/** A place where an archive can be had. */
export interface Mirror {
  readonly url: string;
  /** Name of the archive on disk. */
  readonly file: string;
  readonly md5: string;
}

const kriz = 'https://www.cs.toronto.edu/~kriz';

function archive({ archives }: CifarSet, version: CifarVersion): { file: string; md5: string } {
  const { file, md5 } = archives.find((candidate) => candidate.version === version)!;
  return { file, md5 };
}

/**
 * The sets' home first, then public copies: MindSpore's, MXNet's and PaddlePaddle's tutorials use them.
 */
export const cifarMirrors: Readonly<Record<CifarSet['name'], readonly Mirror[]>> = {
  cifar10: [
    { url: `${kriz}/cifar-10-binary.tar.gz`, ...archive(cifar10, 'binary') },
    {
      url: 'https://mindspore-website.obs.cn-north-4.myhuaweicloud.com/notebook/datasets/cifar-10-binary.tar.gz',
      ...archive(cifar10, 'binary'),
    },
    {
      url: 'https://apache-mxnet.s3-accelerate.dualstack.amazonaws.com/gluon/dataset/cifar10/cifar-10-binary.tar.gz',
      ...archive(cifar10, 'binary'),
    },
    {
      url: 'https://dataset.bj.bcebos.com/cifar/cifar-10-python.tar.gz',
      ...archive(cifar10, 'python'),
    },
  ],
  cifar100: [
    { url: `${kriz}/cifar-100-binary.tar.gz`, ...archive(cifar100, 'binary') },
    {
      url: 'https://dataset.bj.bcebos.com/cifar/cifar-100-python.tar.gz',
      ...archive(cifar100, 'python'),
    },
  ],
};
