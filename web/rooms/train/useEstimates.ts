/** How long a training takes on this machine: by the speed of earlier ones, or measured for it. */
import { useEffect, useState } from 'preact/hooks';
import { useStudio } from '../../app/studio.ts';
import type { CollectionInfo, Studio, TrainingPlan } from '../../worker/protocol.ts';
import { recipeNames, type Plan, type RecipeName } from './plan.ts';
import { keepSpeed, keptSpeed } from './speeds.ts';

export type RecipePlans = Readonly<Record<RecipeName, TrainingPlan>>;

export interface Estimates {
  /** What each recipe would do; undefined while the collection has nothing to learn from. */
  readonly plans: RecipePlans | undefined;
  readonly imagesPerSecond: number | undefined;
  readonly measuring: boolean;
}

/** Of the whole training. */
export function secondsOf({ epochs, trainImages }: TrainingPlan, imagesPerSecond: number): number {
  return (epochs * trainImages) / imagesPerSecond;
}

async function plansFor(studio: Studio, plan: Plan, collection: string): Promise<RecipePlans> {
  const request = { ...plan, name: 'estimate', collection };
  const [quick, balanced, thorough] = await Promise.all(
    recipeNames.map((recipe) => studio.trainings.plan({ ...request, recipe })),
  );
  return { quick: quick!, balanced: balanced!, thorough: thorough! };
}

/** With `idle`, no training has the engine: the speed may be measured. */
export function useEstimates(plan: Plan, collection: CollectionInfo | undefined, idle: boolean): Estimates {
  const studio = useStudio();
  const [plans, setPlans] = useState<RecipePlans>();
  const [imagesPerSecond, setSpeed] = useState<number>();
  const [measuring, setMeasuring] = useState(false);
  const classes = collection?.classes.length ?? 0;
  const about = JSON.stringify([plan, collection?.id, collection?.classes, collection?.testImages]);
  useEffect(() => {
    let left = false;
    if (collection === undefined || classes < 2) return setPlans(undefined);
    plansFor(studio, plan, collection.id).then(
      (told) => left || setPlans(told),
      () => left || setPlans(undefined),
    );
    return () => void (left = true);
  }, [studio, about]);
  const { network, recipe } = plan;
  const batchSize = plans?.[recipe].batchSize;
  useEffect(() => {
    const kept = keptSpeed(network);
    setSpeed(kept);
    if (kept !== undefined || !idle || batchSize === undefined) return;
    let left = false;
    setMeasuring(true);
    studio.trainings
      .measure(network, { classes, batchSize })
      .then(
        (measured) => {
          keepSpeed(network, measured);
          if (!left) setSpeed(measured);
        },
        () => {},
      )
      .finally(() => left || setMeasuring(false));
    return () => {
      left = true;
      setMeasuring(false);
    };
  }, [studio, network, batchSize, idle]);
  return { plans, imagesPerSecond, measuring };
}
