import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useText } from '../../app/language.ts';
import { href } from '../../app/route.ts';
import type { RoomProps } from '../../app/rooms.ts';
import { useStudio } from '../../app/studio.ts';
import type { ModelInfo } from '../../worker/protocol.ts';
import { Images } from './Images.tsx';
import { firstPlan, type Plan } from './plan.ts';
import { RecipeStage } from './RecipeStage.tsx';
import { TrainingStage } from './TrainingStage.tsx';
import { useCollections } from './useCollections.ts';
import { useRuns } from './useRuns.ts';
import './train.css';

/** Images, a recipe, a training: three stages on one page. `#/train/RUN` shows that run. */
export function Room({ path }: RoomProps): JSX.Element {
  const text = useText();
  const studio = useStudio();
  const state = useCollections(studio);
  const { runs, look } = useRuns(studio);
  const [chosen, setChosen] = useState<string>();
  const [plan, setPlan] = useState<Plan>(firstPlan);
  const [models, setModels] = useState<readonly ModelInfo[]>([]);
  const ended = runs?.filter(({ state }) => state === 'ended').length;
  useEffect(() => void studio.models.list().then(setModels, () => {}), [studio, ended]);
  const shown = path[0] ?? runs?.find((run) => run.state === 'running')?.id;
  const used = runs?.find(({ id }) => id === shown)?.request.collection;
  const { collections } = state;
  const own = collections?.filter(({ builtIn }) => !builtIn).at(-1);
  const collection =
    collections?.find(({ id }) => id === (chosen ?? used ?? own?.id)) ?? own ?? collections?.[0];
  const show = (id: string | undefined): void => {
    location.hash = id === undefined ? href('train') : href('train', id);
  };
  return (
    <>
      <h1>{text({ en: 'Train', ja: '訓練する' })}</h1>
      <p>
        {text({
          en: 'Show a network examples of each class, and it learns to tell them apart, here in your browser. Close the tab whenever you like: images and trainings stay.',
          ja: '各クラスの見本を見せると、ネットワークがこのブラウザーの中で見分け方を学ぶ。タブはいつ閉じてもよい。画像と訓練は残る。',
        })}
      </p>
      <Images state={state} collection={collection} onChoose={setChosen} />
      <RecipeStage
        plan={plan}
        onPlan={setPlan}
        collection={collection}
        models={models}
        idle={runs !== undefined && !runs.some((run) => run.state === 'running')}
      />
      <TrainingStage
        plan={plan}
        collection={collection}
        runs={runs ?? []}
        shown={shown}
        onShow={show}
        onChanged={() => void look()}
      />
    </>
  );
}
