import type { JSX } from 'preact';
import type { Text } from '../../../src/language.ts';
import { useText } from '../../app/language.ts';
import { Button } from '../../parts/Button.tsx';
import { Field } from '../../parts/Field.tsx';
import type { ModelInfo } from '../../worker/protocol.ts';
import type { Plan } from './plan.ts';

export interface RecipeDetailsProps {
  readonly plan: Plan;
  readonly onPlan: (plan: Plan) => void;
  readonly models: readonly ModelInfo[];
}

interface NumberOption {
  readonly option: 'epochs' | 'batchSize' | 'learningRate' | 'seed';
  readonly label: Text;
  readonly hint: Text;
  readonly least: number;
  readonly whole: boolean;
}

const numberOptions: readonly NumberOption[] = [
  {
    option: 'epochs',
    label: { en: 'Epochs', ja: 'エポック数' },
    hint: { en: 'how often each image is seen', ja: '各画像を見る回数' },
    least: 1,
    whole: true,
  },
  {
    option: 'batchSize',
    label: { en: 'Batch size', ja: 'バッチサイズ' },
    hint: { en: 'images a step', ja: '1 ステップの画像数' },
    least: 1,
    whole: true,
  },
  {
    option: 'learningRate',
    label: { en: 'First learning rate', ja: '最初の学習率' },
    hint: { en: 'how far a step goes; can be changed on the way', ja: '1 歩の大きさ。途中でも変えられる' },
    least: 1e-7,
    whole: false,
  },
  {
    option: 'seed',
    label: { en: 'Seed', ja: 'シード' },
    hint: { en: 'the same seed gives the same bits', ja: '同じシードなら同じビットになる' },
    least: 0,
    whole: true,
  },
];

const byRecipe: Text = { en: 'as the recipe', ja: 'レシピ通り' };

/** The recipe's options, folded away: an empty field leaves it to the recipe. */
export function RecipeDetails({ plan, onPlan, models }: RecipeDetailsProps): JSX.Element {
  const text = useText();
  const { network, recipe } = plan;
  return (
    <details class="details">
      <summary>{text({ en: 'Details', ja: '詳しい設定' })}</summary>
      <div class="columns">
        {numberOptions.map((about) => (
          <OptionField key={about.option} about={about} plan={plan} onPlan={onPlan} />
        ))}
        <AugmentField plan={plan} onPlan={onPlan} />
        <StartField plan={plan} onPlan={onPlan} models={models} />
      </div>
      <div class="row">
        <Button onClick={() => onPlan({ network, recipe })}>
          {text({ en: 'All as the recipe has it', ja: 'すべてレシピ通りに戻す' })}
        </Button>
      </div>
    </details>
  );
}

type FieldProps = Pick<RecipeDetailsProps, 'plan' | 'onPlan'>;

function OptionField({ about, plan, onPlan }: FieldProps & { readonly about: NumberOption }): JSX.Element {
  const text = useText();
  const { option, label, hint, least, whole } = about;
  const take = (typed: number): void => {
    if (Number.isNaN(typed)) onPlan({ ...plan, [option]: undefined });
    else if (typed >= least && (!whole || Number.isInteger(typed))) onPlan({ ...plan, [option]: typed });
  };
  return (
    <Field label={text(label)} hint={text(hint)}>
      <input
        type="number"
        min={whole ? least : 0}
        step={whole ? 1 : 'any'}
        placeholder={text(byRecipe)}
        value={plan[option] ?? ''}
        onInput={(event) => take(event.currentTarget.valueAsNumber)}
      />
    </Field>
  );
}

function AugmentField({ plan, onPlan }: FieldProps): JSX.Element {
  const text = useText();
  return (
    <Field
      label={text({ en: 'Vary the images', ja: '画像を変化させる' })}
      hint={text({ en: 'shifts and flips: see Learn', ja: '位置と左右の反転。「学ぶ」を参照' })}
    >
      <select
        value={plan.augment === undefined ? '' : String(plan.augment)}
        onChange={(event) => {
          const { value } = event.currentTarget;
          onPlan({ ...plan, augment: value === '' ? undefined : value === 'true' });
        }}
      >
        <option value="">{text(byRecipe)}</option>
        <option value="true">{text({ en: 'yes', ja: 'する' })}</option>
        <option value="false">{text({ en: 'no', ja: 'しない' })}</option>
      </select>
    </Field>
  );
}

function StartField({ plan, onPlan, models }: RecipeDetailsProps): JSX.Element {
  const text = useText();
  return (
    <Field
      label={text({ en: 'Begin with', ja: '出発点' })}
      hint={text({ en: 'features of a model that fit are kept', ja: '合う特徴を引き継ぐ' })}
    >
      <select
        value={plan.startFrom ?? ''}
        onChange={(event) => onPlan({ ...plan, startFrom: event.currentTarget.value || undefined })}
      >
        <option value="">{text({ en: 'random weights', ja: '乱数の重み' })}</option>
        {models.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </Field>
  );
}
