import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useText } from '../../app/language.ts';
import { href } from '../../app/route.ts';
import type { RoomProps } from '../../app/rooms.ts';
import { useStudio } from '../../app/studio.ts';
import { StoreTrouble } from '../../parts/StoreTrouble.tsx';
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
  const { runs, error, look } = useRuns(studio);
  const running = runs?.find((run) => run.state === 'running')?.id;
  const state = useCollections(studio, running !== undefined);
  const [chosen, setChosen] = useState<string>();
  const [plan, setPlan] = useState<Plan>(firstPlan);
  const [models, setModels] = useState<readonly ModelInfo[]>([]);
  const ended = runs?.filter(({ state }) => state === 'ended').length;
  useEffect(() => void studio.models.list().then(setModels, () => {}), [studio, ended]);
  const [shown] = path;
  useEffect(() => {
    // The address keeps it: a run that stops by itself stays in view.
    if (shown === undefined && running !== undefined) location.replace(href('train', running));
  }, [shown, running]);
  const used = runs?.find(({ id }) => id === shown)?.request.collection;
  const { collections } = state;
  const own = collections?.filter(({ builtIn }) => !builtIn).at(-1);
  const collection =
    collections?.find(({ id }) => id === (chosen ?? used ?? own?.id)) ?? own ?? collections?.[0];
  const show = (id: string | undefined): void => {
    location.hash = id === undefined ? href('train') : href('train', id);
  };
  const trouble = collections === undefined ? state.error : runs === undefined ? error : undefined;
  return (
    <>
      <h1>{text({ en: 'Train', ja: '訓練する' })}</h1>
      <p>
        {text({
          en: 'Show a network examples of each class, and it learns to tell them apart, here in your browser. Close the tab whenever you like: images and trainings stay.',
          ja: '各クラスの見本を見せると、ネットワークがこのブラウザーの中で見分け方を学ぶ。タブはいつ閉じてもよい。画像と訓練は残る。',
        })}
      </p>
      {trouble === undefined ? (
        <>
          <Images state={state} collection={collection} runs={runs ?? []} onChoose={setChosen} />
          <RecipeStage
            plan={plan}
            onPlan={setPlan}
            collection={collection}
            models={models}
            idle={runs !== undefined && running === undefined}
          />
          <TrainingStage
            plan={plan}
            collection={collection}
            adding={state.adding !== undefined}
            runs={runs}
            shown={shown}
            onShow={show}
            onChanged={() => void look()}
          />
        </>
      ) : (
        <StoreTrouble error={trouble} onRetry={() => Promise.all([state.look(), look()])} />
      )}
    </>
  );
}
