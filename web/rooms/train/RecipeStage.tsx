import type { JSX } from 'preact';
import { count } from '../../../src/numberText.ts';
import type { Text } from '../../../src/language.ts';
import { useLanguage, useText } from '../../app/language.ts';
import type { CollectionInfo, ModelInfo } from '../../worker/protocol.ts';
import { aboutSoLong } from './duration.ts';
import { networkChoices, networkCost } from './networkChoices.ts';
import type { Plan, RecipeName } from './plan.ts';
import { RecipeDetails } from './RecipeDetails.tsx';
import { secondsOf, useEstimates, type Estimates } from './useEstimates.ts';

export interface RecipeStageProps {
  readonly plan: Plan;
  readonly onPlan: (plan: Plan) => void;
  readonly collection: CollectionInfo | undefined;
  readonly models: readonly ModelInfo[];
  /** No run has the engine: its speed may be measured. */
  readonly idle: boolean;
}

interface RecipeText {
  readonly name: RecipeName;
  readonly title: Text;
  readonly says: Text;
}

const recipes: readonly RecipeText[] = [
  {
    name: 'quick',
    title: { en: 'Small and quick', ja: '手早く' },
    says: { en: 'A first look: is there anything to learn?', ja: 'まず様子を見る。学べそうかが分かる。' },
  },
  {
    name: 'balanced',
    title: { en: 'Balanced', ja: 'ほどほどに' },
    says: { en: 'Good results for most collections.', ja: 'たいていの画像集でよい結果になる。' },
  },
  {
    name: 'thorough',
    title: { en: 'Thorough', ja: '念入りに' },
    says: { en: 'The last few per cent, with patience.', ja: '最後の数パーセントまで、時間をかける。' },
  },
];

/** The second stage: with what network, and how long. */
export function RecipeStage(props: RecipeStageProps): JSX.Element {
  const { plan, onPlan, collection, models, idle } = props;
  const text = useText();
  const estimates = useEstimates(plan, collection, idle);
  return (
    <section class="stack" aria-labelledby="stage-recipe">
      <h2 id="stage-recipe">{text({ en: '2. Network and recipe', ja: '2. ネットワークとレシピ' })}</h2>
      <fieldset class="cards">
        <legend class="unseen">{text({ en: 'Recipe', ja: 'レシピ' })}</legend>
        {recipes.map((recipe) => (
          <RecipeCard
            key={recipe.name}
            recipe={recipe}
            chosen={plan.recipe === recipe.name}
            estimates={estimates}
            onChoose={() => onPlan({ ...plan, recipe: recipe.name })}
          />
        ))}
      </fieldset>
      <EstimateNote estimates={estimates} />
      <NetworkField plan={plan} onPlan={onPlan} collection={collection} />
      <RecipeDetails plan={plan} onPlan={onPlan} models={models} />
    </section>
  );
}

interface RecipeCardProps {
  readonly recipe: RecipeText;
  readonly chosen: boolean;
  readonly estimates: Estimates;
  readonly onChoose: () => void;
}

function RecipeCard({ recipe, chosen, estimates, onChoose }: RecipeCardProps): JSX.Element {
  const text = useText();
  const { plans, imagesPerSecond } = estimates;
  const plan = plans?.[recipe.name];
  const { epochs } = plan ?? {};
  return (
    <label class={chosen ? 'card chosen' : 'card'}>
      <input type="radio" name="recipe" value={recipe.name} checked={chosen} onChange={onChoose} />
      <strong>{text(recipe.title)}</strong>
      <span>{text(recipe.says)}</span>
      {plan !== undefined && (
        <span class="number quiet">
          {text({ en: `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`, ja: `${epochs} エポック` })}
          {imagesPerSecond !== undefined && ` · ${text(aboutSoLong(secondsOf(plan, imagesPerSecond)))}`}
        </span>
      )}
    </label>
  );
}

function EstimateNote({ estimates }: { readonly estimates: Estimates }): JSX.Element {
  const text = useText();
  const language = useLanguage();
  const { plans, imagesPerSecond, measuring } = estimates;
  if (imagesPerSecond === undefined || plans === undefined) {
    return (
      <p class="quiet" role="status">
        {measuring
          ? text({ en: 'Measuring how fast this machine is…', ja: 'このマシンの速さを測っている…' })
          : text({
              en: 'How long it takes is told once there are images and the speed is measured.',
              ja: '画像がそろい、速さが測れたら、かかる時間を示す。',
            })}
      </p>
    );
  }
  const speed = Math.round(imagesPerSecond).toLocaleString(language);
  const images = plans.quick.trainImages.toLocaleString(language);
  return (
    <p class="quiet" role="status">
      {text({
        en: `At ${speed} images a second, as measured in this browser, with ${images} images to learn from.`,
        ja: `このブラウザーで測った毎秒 ${speed} 枚で、訓練用の ${images} 枚を学ぶ場合。`,
      })}
    </p>
  );
}

type NetworkFieldProps = Pick<RecipeStageProps, 'plan' | 'onPlan' | 'collection'>;

function NetworkField({ plan, onPlan, collection }: NetworkFieldProps): JSX.Element {
  const text = useText();
  const choice = networkChoices.find(({ name }) => name === plan.network)!;
  const { side, parameters, multiplyAdds } = networkCost(plan.network, collection?.classes.length ?? 10);
  const millions = (multiplyAdds / 1e6).toFixed(1);
  return (
    <label class="field">
      <span class="field-label">{text({ en: 'Network', ja: 'ネットワーク' })}</span>
      <span>
        <select
          value={plan.network}
          onChange={(event) => onPlan({ ...plan, network: event.currentTarget.value })}
        >
          {networkChoices.map(({ name, title }) => (
            <option key={name} value={name}>
              {text(title)} ({name})
            </option>
          ))}
        </select>
      </span>
      <span>{text(choice.says)}</span>
      <small class="number">
        {text({
          en: `Sees ${side} × ${side} pixels; ${count(parameters)} parameters; ${millions} million multiply-adds an image.`,
          ja: `${side} × ${side} 画素を見る。パラメーター ${count(parameters)} 個、1 枚あたり ${millions} 百万回の積和。`,
        })}
      </small>
    </label>
  );
}
