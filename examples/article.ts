// The article's script, line for line where the languages allow it. In your project, import from 'alexnet-ts'.
import { parseArgs } from 'node:util';
import {
  crossEntropyLoss,
  dataLoader,
  datasets,
  enumerate,
  max,
  models,
  optim,
  transforms,
} from '../src/index.ts';

// Not in the article: where the data is, and limits for a quick try, as in --limit-train 3200 --limit-test 500.
const flag = (value: string) => ({ type: 'string', default: value }) as const;
const { values: flags } = parseArgs({
  options: { 'data-dir': flag('./data'), 'limit-train': flag('50000'), 'limit-test': flag('10000') },
});
const root = flags['data-dir'];
const [trainLimit, testLimit] = [Number(flags['limit-train']), Number(flags['limit-test'])];

const transform = transforms.compose([
  transforms.resize(224),
  transforms.toTensor(),
  transforms.normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]),
]);

const trainset = await datasets.cifar10({ root, train: true, download: true, transform, limit: trainLimit });
const trainloader = dataLoader(trainset, { batchSize: 32, shuffle: true, numWorkers: 2 });

const testset = await datasets.cifar10({ root, train: false, download: true, transform, limit: testLimit });
const testloader = dataLoader(testset, { batchSize: 32, shuffle: false, numWorkers: 2 });

const classes = ['plane', 'car', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'] as const;

await using net = models.alexnet({ pretrained: false, numClasses: classes.length });

const criterion = crossEntropyLoss();
const optimizer = optim.sgd(net.parameters(), { lr: 0.001, momentum: 0.9 });

for (let epoch = 0; epoch < 1; epoch++) {
  let runningLoss = 0.0;
  for await (const [i, data] of enumerate(trainloader)) {
    const [inputs, labels] = data;

    optimizer.zeroGrad();

    const outputs = await net.forward(inputs);
    const loss = criterion(outputs, labels);
    await loss.backward();
    await optimizer.step();

    runningLoss += loss.item();
    if (i % 200 === 199) {
      console.log(`[${epoch + 1}, ${String(i + 1).padStart(5)}] loss: ${(runningLoss / 200).toFixed(3)}`);
      runningLoss = 0.0;
    }
  }
}

console.log('Finished Training');

// The article does not call eval(), and so tests with dropout still on, which costs it a few images.
net.eval();

// There is no noGrad() here: gradients are computed when backward() asks for them, and only then.
let correct = 0;
let total = 0;
for await (const data of testloader) {
  const [images, labels] = data;
  const outputs = await net.forward(images);
  const [, predicted] = max(outputs, 1);
  total += labels.size(0);
  correct += predicted.eq(labels).sum().item();
}

console.log(`Accuracy of the network on the ${total} test images: ${Math.trunc((100 * correct) / total)} %`);
