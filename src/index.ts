/** The public API: what the article's script needs, and the parts that it is made of. */

// The article's script.
export { models, type ZooModelOptions } from './model/models.ts';
export { createModel, type Model, type ModelOptions } from './model/model.ts';
export { loadModel, type LoadedModel, type LoadOptions } from './model/loadModel.ts';
export { loadWeights } from './model/loadWeights.ts';
export type { ModelUse } from './model/modelUse.ts';
export type { Parameter } from './model/parameter.ts';
export type { Outputs } from './model/outputs.ts';
export type { StateDict, StateSource } from './model/stateDict.ts';
export { crossEntropyLoss, type Criterion, type Labels, type Loss } from './model/crossEntropyLoss.ts';
export {
  optim,
  type AdamWOptions,
  type Optimizer,
  type ParameterGroup,
  type SgdOptions,
} from './model/optim.ts';
export { lrScheduler, type LrScheduler, type PlateauScheduler } from './model/lrScheduler.ts';
export { transforms } from './model/transforms.ts';
export { datasets, type ImageDataset } from './model/datasets.ts';
export {
  dataLoader,
  type DataLoader,
  type DataLoaderOptions,
  type LabelledBatch,
} from './model/dataLoader.ts';
export { imageBatch, type ImageBatch } from './model/imageBatch.ts';
export { max, tensor, type Tensor } from './model/tensor.ts';
export { enumerate } from './model/enumerate.ts';

// Networks as data.
export type { LayerSpec, LayerType, NetworkSpec } from './network/spec.ts';
export {
  classCount,
  inferShapes,
  learntShapes,
  parameterShapes,
  type LayerShape,
  type ParameterShape,
  type Shape,
} from './network/shapes.ts';
export { initialise, type InitializationScheme } from './network/initialise.ts';
export { buildNetwork, networkNames, networks, type NetworkName } from './network/zoo/networks.ts';
export type { NetworkOptions } from './network/zoo/networkOptions.ts';

// Engines, and the programs that they compile networks into.
export { createEngine } from './engine/create.ts';
export { engineNames } from './engine/engine.ts';
export { createCpuEngine, type CpuEngine, type CpuEngineOptions } from './engine/cpu/engine.ts';
export type { Prediction } from './engine/cpu/cost/predictProgram.ts';
export { createReferenceEngine } from './engine/reference/engine.ts';
export type {
  BackwardOptions,
  CompileOptions,
  TrainingMode,
  Engine,
  EngineName,
  ForwardOptions,
  ImageBuffer,
  OptimizerOptions,
  ParameterOptions,
  ParameterState,
  Program,
  StepOptions,
  UpdateOptions,
} from './engine/engine.ts';

// Data.
export type { CacheOptions } from './data/cache/pixelCache.ts';
export type { Dataset, FileDataset, MemoryDataset, Split } from './data/dataset.ts';
export {
  listDatasets,
  loadDataset,
  loadSplits,
  type DatasetInfo,
  type DatasetSplits,
  type LoadOptions as DatasetLoadOptions,
} from './data/datasets.ts';
export { datasetNames } from './data/locateDataset.ts';
export { fetchCifar10, type DownloadProgress, type FetchOptions } from './data/download.ts';
export type { BadImagePolicy, Batch, Loader } from './data/batches.ts';
export { createLoader, type LoaderOptions } from './data/loader.ts';
export { articleTransforms, isRandom, squareTransforms, type TransformStep } from './data/transforms.ts';
export { deterministicTransforms } from './data/augmentation/deterministic.ts';
export {
  augmentationNames,
  parseAugment,
  type AugmentationName,
  type TransformPair,
} from './data/augmentation/named.ts';
export { augmentedTransforms } from './data/augmentation/augmentedTransforms.ts';
export {
  contactSheet,
  sheetRows,
  type ContactSheetOptions,
  type SheetGroup,
  type SheetRow,
} from './data/augmentation/contactSheet.ts';
export type { Averaging } from './data/augmentation/views.ts';
export { principalColors, type PrincipalColors } from './data/augmentation/principalColors.ts';
export { imageStatistics, type ImageStatistics } from './data/statistics.ts';

// Whole runs, as the command line does them.
export { train, type TrainingHooks, type TrainingOutcome } from './training/train.ts';
export type { EpochDone, EpochHook, StepDone, StepHook } from './training/session.ts';
export { trainingConfig } from './training/config.ts';
export type { TrainingConfig, TrainingOptions } from './training/trainingOptions.ts';
export { readConfigFile } from './training/configFile.ts';
export { recipes, type RecipeName } from './training/recipes/recipes.ts';
export { learningRateAt, type ScheduleName } from './training/schedule.ts';
export { findLearningRate, type RatePoint, type RateSearch } from './training/findLearningRate.ts';
export { evaluateModel, type EvaluateModelOptions } from './training/evaluateModel.ts';
export type { Model as ModelData, ModelDescription } from './training/modelDescription.ts';
export { loadModel as readModel, saveModel as writeModel } from './training/modelFile.ts';
export type { LoadModelOptions, SaveModelOptions } from './training/openedModel.ts';
export { convertModel } from './training/convertModel.ts';
export { convertCheckpoint } from './training/checkpointFile.ts';
export type * from './training/events.ts';

// What a network sees and does, for one image and for many.
export { openSubject, type SubjectOptions } from './explain/openSubject.ts';
export { seenImage, type Subject } from './explain/subject.ts';
export { lastFeatureMap, lastHiddenLayer } from './explain/layers.ts';
export { activations, type Activation, type Activations } from './explain/activations.ts';
export { firstFilters, initialFilters, type Filters } from './explain/filters.ts';
export { explainImage, type ExplainOptions, type Explanation } from './explain/explainImage.ts';
export { gradCam, type GradCam, type GradCamOptions } from './explain/gradCam.ts';
export { occlusion, type Occlusion, type OcclusionOptions } from './explain/occlusion.ts';
export { resizedPlane, type Plane } from './explain/plane.ts';
export { scan, type Collector, type ScanBatch, type ScanOptions } from './explain/scan.ts';
export {
  featureCollector,
  features,
  imageFeatures,
  nearestNeighbours,
  type Features,
  type Metric,
  type Neighbour,
  type NeighbourOptions,
} from './explain/features.ts';
export {
  excitingCollector,
  excitingImages,
  type ExcitingImage,
  type ExcitingOptions,
  type ExcitingUnit,
} from './explain/exciting.ts';
export { cropped, receptiveField, type Patch } from './explain/receptiveField.ts';
export {
  activationPicture,
  filterPicture,
  imagePicture,
  mapPicture,
  overlayPicture,
  type FilterPictureOptions,
  type GridOptions,
  type MapPictureOptions,
} from './explain/pictures.ts';
export { encodePng, type RgbImage } from './data/images/encodePng.ts';
export { decodeImage } from './data/images/decodeImage.ts';
export { imageReader, imageSource } from './data/imageSource.ts';
export { interleavedImage, planarImage, type ImageView } from './data/image.ts';

// Reports.
export { writeReport, type LeftOut, type Report, type ReportOptions } from './report/writeReport.ts';
export {
  compareRuns,
  type CompareOptions,
  type Comparison,
  type ComparisonTable,
} from './report/compareRuns.ts';
export type { ConfigDifference } from './report/configDifferences.ts';
export { readRun, type RunRecord } from './training/runRecord.ts';

// What is wrong with a run.
export { diagnoseRun, type RunDiagnosis } from './diagnosis/diagnoseRun.ts';
export { diagnosisNames, type DiagnosisName, type Finding } from './diagnosis/diagnosis.ts';
export type { ExamineOptions } from './diagnosis/examineImages.ts';
export type { Suspect } from './diagnosis/labelNoise.ts';

// Labs and charts.
export {
  defineLab,
  type Conclusion,
  type Lab,
  type LabPicture,
  type LabSession,
  type LabSize,
  type LabTable,
  type Verdict,
} from './lab/lab.ts';
export { runLab, type LabHooks, type LabOptions, type LabOutcome } from './lab/runLab.ts';
export type { LabItem } from './lab/labItems.ts';
export {
  pairedDifference,
  pointsText,
  seedsText,
  shareBar,
  shareText,
  signOf,
  spreadOf,
  type Difference,
  type Spread,
} from './lab/spread.ts';
export { seedBars, type SeedGroup } from './lab/seedBars.ts';
export {
  compareGaps,
  gapAt,
  gapOf,
  gapVerdict,
  tellGaps,
  watchGap,
  type GapComparison,
  type GapCurve,
  type GapGroup,
  type GapPoint,
  type GapWatch,
} from './lab/gap.ts';
export {
  lineChart,
  type ChartLine,
  type ChartPoint,
  type LineChart,
  type ReferenceLine,
} from './charts/lineChart.ts';
export { barChart, type Bar, type BarChart } from './charts/barChart.ts';
export { heatMap, type HeatMap } from './charts/heatMap.ts';
export type { Axis, ChartText } from './charts/chart.ts';
export { languages, userLanguage, type Language, type Text } from './language.ts';

// Files.
export {
  parseSafetensors,
  serializeSafetensors,
  type Safetensors,
  type SafetensorsFile,
} from './formats/safetensors.ts';
export { openSafetensors, readSafetensors, writeSafetensors } from './formats/safetensorsFile.ts';
export type {
  Dtype,
  ReadyTensorSource,
  SafeTensor,
  TensorFile,
  TensorSource,
  TensorType,
  TensorValues,
} from './formats/tensors.ts';

// Errors.
export { AlexnetError, type ErrorCode } from './errors.ts';
