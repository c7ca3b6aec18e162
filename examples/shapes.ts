// AlexNet for 32×32 images on the embedded data set: nothing to download, and done within minutes.
import { crossEntropyLoss, dataLoader, datasets, max, models, optim, transforms } from '../src/index.ts';

const transform = transforms.compose([
  transforms.toTensor(),
  transforms.normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]),
]);
const trainset = await datasets.shapes({ train: true, transform });
const testset = await datasets.shapes({ train: false, transform });

await using net = models.alexnet32({ numClasses: trainset.classes.length, initialization: 'he' });
const criterion = crossEntropyLoss();
const optimizer = optim.sgd(net.parameters(), { lr: 0.01, momentum: 0.9 });

for await (const [inputs, labels] of dataLoader(trainset, { batchSize: 32, shuffle: true })) {
  optimizer.zeroGrad();
  const loss = criterion(await net.forward(inputs), labels);
  await loss.backward();
  await optimizer.step();
}

net.eval();
let correct = 0;
for await (const [images, labels] of dataLoader(testset, { batchSize: 100 })) {
  const [, predicted] = max(await net.forward(images), 1);
  correct += predicted.eq(labels).sum().item();
}
console.log(`${correct} of ${testset.length} test images are right after one epoch`);
