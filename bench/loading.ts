/**
 * `npx node bench/loading.ts`: how long a model file of AlexNet with 1,000 classes takes to load, its weights read whole
 * and checked, and how much memory. Each load is in a process of its own, whose code is in memory; the file is in the
 * system's cache.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { spreadOf } from '../src/cli/statistics.ts';
import { imagenetTransforms } from '../src/data/transforms.ts';
import { initialise } from '../src/network/initialise.ts';
import { buildNetwork } from '../src/network/zoo/networks.ts';
import { loadModel, saveModel } from '../src/training/modelFile.ts';
import { writtenExtensions } from '../src/training/modelFormats/modelFormats.ts';
import { tableLine } from './print.ts';

const processes = 9;
const classes = 1000;

interface Load {
  readonly milliseconds: number;
  /** Most that the process held more than before the load. */
  readonly bytes: number;
}

async function load(path: string): Promise<Load> {
  const before = process.memoryUsage.rss();
  const start = performance.now();
  const { parameters } = await loadModel(path);
  const milliseconds = performance.now() - start;
  if (parameters.size === 0) throw new Error('no weights were loaded');
  return { milliseconds, bytes: process.resourceUsage().maxRSS * 1024 - before };
}

async function writeModels(folder: string): Promise<string[]> {
  const network = buildNetwork('alexnet', { classes });
  const weights = new Map<string, Float32Array>();
  initialise(network, { scheme: 'torchvision', seed: 0 }, (name, values) => weights.set(name, values));
  const names = Array.from({ length: classes }, (_, i) => `class ${i}`);
  const description = { network, classes: names, transforms: imagenetTransforms(network.input.height) };
  // The other name of PyTorch's files.
  const endings = writtenExtensions.filter((extension) => extension !== '.pt');
  const paths = endings.map((extension) => join(folder, `alexnet${extension}`));
  for (const path of paths) await saveModel(path, description, (name) => weights.get(name)!);
  return paths;
}

async function measure(path: string): Promise<string> {
  const program = fileURLToPath(import.meta.url);
  const loads: Load[] = [];
  for (let i = 0; i < processes; i++) {
    const { stdout } = await promisify(execFile)(process.execPath, [program, path]);
    loads.push(JSON.parse(stdout) as Load);
  }
  const { size } = await stat(path);
  const time = spreadOf(loads.map(({ milliseconds }) => milliseconds));
  const memory = spreadOf(loads.map(({ bytes }) => bytes / size));
  return tableLine([
    path.slice(path.lastIndexOf('.')),
    (size / 1e6).toFixed(0),
    `${time.median.toFixed(0)} (${time.min.toFixed(0)}–${time.max.toFixed(0)})`,
    `${memory.median.toFixed(2)} (${memory.min.toFixed(2)}–${memory.max.toFixed(2)})`,
    String(processes),
  ]);
}

const [, , file] = process.argv;
if (file !== undefined) console.log(JSON.stringify(await load(file)));
else {
  const folder = await mkdtemp(join(tmpdir(), 'alexnet-bench-'));
  try {
    const paths = await writeModels(folder);
    const columns = ['', 'file, MB', 'load, ms', 'memory, times the file', 'n'];
    console.log(`${tableLine(columns)}\n${tableLine(columns.map(() => '---'))}`);
    for (const path of paths) console.log(await measure(path));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
