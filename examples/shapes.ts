// AlexNet for 32×32 images on the embedded data set: nothing to download, about a minute on two cores.
import { crossEntropyLoss, dataLoader, datasets, max, models, optim, transforms } from '../src/index.ts';

const transform = transforms.compose([
  transforms.toTensor(),
  transforms.normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]),
]);
const trainset = await datasets.shapes({ train: true, transform });
const testset = await datasets.shapes({ train: false, transform });
const trainloader = dataLoader(trainset, { batchSize: 32, shuffle: true });
const testloader = dataLoader(testset, { batchSize: 32 });

await using net = models.alexnet32({
  numClasses: trainset.classes.length,
  initialization: 'he',
  dropout: 0.2,
});
const criterion = crossEntropyLoss();
const optimizer = optim.sgd(net.parameters(), { lr: 0.01, momentum: 0.9 });

for (let epoch = 1; epoch <= 5; epoch++) {
  let lossSum = 0;
  net.train();
  for await (const [inputs, labels] of trainloader) {
    optimizer.zeroGrad();
    const loss = criterion(await net.forward(inputs), labels);
    await loss.backward();
    await optimizer.step();
    lossSum += loss.item();
  }

  let correct = 0;
  net.eval();
  for await (const [images, labels] of testloader) {
    const [, predicted] = max(await net.forward(images), 1);
    correct += predicted.eq(labels).sum().item();
  }
  const accuracy = ((100 * correct) / testset.length).toFixed(1);
  console.log(
    `epoch ${epoch}: loss ${(lossSum / trainloader.length).toFixed(3)}, test accuracy ${accuracy} %`,
  );
}

// node examples/shapes.ts shapes.safetensors keeps the model, for "alexnet test" and "alexnet predict".
const [path] = process.argv.slice(2);
if (path !== undefined) await net.save(path, trainset);
