import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Text } from '../../../src/language.ts';
import { useText } from '../../app/language.ts';
import { Button } from '../../parts/Button.tsx';
import { Field } from '../../parts/Field.tsx';
import type { ModelInfo } from '../../worker/protocol.ts';
import { isUsable, numberOptions, type NumberOption, type Plan } from './plan.ts';

export interface RecipeDetailsProps {
  readonly plan: Plan;
  readonly onPlan: (plan: Plan) => void;
  readonly models: readonly ModelInfo[];
}

const byRecipe: Text = { en: 'as the recipe', ja: 'レシピ通り' };

/** The recipe's options, folded away: an empty field leaves it to the recipe. */
export function RecipeDetails({ plan, onPlan, models }: RecipeDetailsProps): JSX.Element {
  const text = useText();
  const { network, recipe } = plan;
  const [resets, setResets] = useState(0);
  const reset = (): void => {
    setResets(resets + 1);
    onPlan({ network, recipe });
  };
  return (
    <details class="details">
      <summary>{text({ en: 'Details', ja: '詳しい設定' })}</summary>
      <div class="columns">
        {numberOptions.map((about) => (
          <OptionField key={`${about.option} ${resets}`} about={about} plan={plan} onPlan={onPlan} />
        ))}
        <AugmentField plan={plan} onPlan={onPlan} />
        <StartField plan={plan} onPlan={onPlan} models={models} />
      </div>
      <div class="row">
        <Button onClick={reset}>
          {text({ en: 'All as the recipe has it', ja: 'すべてレシピ通りに戻す' })}
        </Button>
      </div>
    </details>
  );
}

type FieldProps = Pick<RecipeDetailsProps, 'plan' | 'onPlan'>;

function OptionField({ about, plan, onPlan }: FieldProps & { readonly about: NumberOption }): JSX.Element {
  const text = useText();
  const { option, label, hint, range, whole } = about;
  const usable = isUsable(plan, about);
  const take = ({ value, valueAsNumber, validity }: HTMLInputElement): void => {
    // What is no number has no value either, but is no empty field.
    const isEmpty = value === '' && !validity.badInput;
    onPlan({ ...plan, [option]: isEmpty ? undefined : valueAsNumber });
  };
  const wrong = text({ en: `must be ${range.en}`, ja: `${range.ja}にしてほしい` });
  return (
    <Field label={text(label)} hint={usable ? text(hint) : wrong}>
      <input
        type="number"
        min={whole ? 0 : undefined}
        step={whole ? 1 : 'any'}
        placeholder={text(byRecipe)}
        // What is typed is the person's: 0.0 may be on its way to 0.01.
        defaultValue={plan[option]}
        aria-invalid={!usable}
        onInput={(event) => take(event.currentTarget)}
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
