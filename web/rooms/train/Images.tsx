import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useText } from '../../app/language.ts';
import { useStudio } from '../../app/studio.ts';
import { Button } from '../../parts/Button.tsx';
import { Field } from '../../parts/Field.tsx';
import type { CollectionInfo, RunInfo } from '../../worker/protocol.ts';
import { AddingNotes } from './AddingNotes.tsx';
import { OwnImages } from './OwnImages.tsx';
import { StorageNote } from './StorageNote.tsx';
import { Thumbnails } from './Thumbnails.tsx';
import type { CollectionsState } from './useCollections.ts';

export interface ImagesProps {
  readonly state: CollectionsState;
  readonly collection: CollectionInfo | undefined;
  readonly runs: readonly RunInfo[];
  readonly onChoose: (id: string) => void;
}

/** Squares of these sides, in pixels, may be kept of a person's images. */
const sides = [32, 64, 96, 128, 224] as const;
const usualSide = 64;

/** The first stage: what is to be learnt from. */
export function Images({ state, collection, runs, onChoose }: ImagesProps): JSX.Element {
  const text = useText();
  const [making, setMaking] = useState(false);
  return (
    <section class="stack" aria-labelledby="stage-images">
      <h2 id="stage-images">{text({ en: '1. Images', ja: '1. 画像' })}</h2>
      <CollectionChoice
        state={state}
        collection={making ? undefined : collection}
        making={making}
        onChoose={(id) => {
          setMaking(false);
          onChoose(id);
        }}
        onMake={() => setMaking(true)}
      />
      <AddingNotes state={state} />
      {making && (
        <NewCollection
          state={state}
          onMade={(id) => {
            setMaking(false);
            onChoose(id);
          }}
        />
      )}
      {!making && collection?.builtIn && <BuiltInImages collection={collection} />}
      {!making && collection !== undefined && !collection.builtIn && (
        <OwnImages key={collection.id} collection={collection} runs={runs} state={state} />
      )}
      <StorageNote state={state} />
    </section>
  );
}

interface CollectionChoiceProps extends Omit<ImagesProps, 'runs'> {
  readonly making: boolean;
  readonly onMake: () => void;
}

function CollectionChoice({
  state,
  collection,
  making,
  onChoose,
  onMake,
}: CollectionChoiceProps): JSX.Element {
  const text = useText();
  return (
    <div class="cards" role="group" aria-label={text({ en: 'Images to learn from', ja: '学習に使う画像' })}>
      {state.collections === undefined && (
        // Of the same size, so that nothing moves under a finger when collections come.
        <button type="button" class="card" disabled aria-hidden="true">
          <strong>…</strong>
          <span>…</span>
        </button>
      )}
      {state.collections?.map((one) => {
        const images = one.classes.reduce((sum, { images }) => sum + images, 0);
        return (
          <button
            type="button"
            key={one.id}
            class="card"
            aria-pressed={one.id === collection?.id}
            onClick={() => onChoose(one.id)}
          >
            <strong>{one.builtIn ? text({ en: 'Drawn shapes', ja: '図形' }) : one.name}</strong>
            <span class="number">
              {text({
                en: `${images.toLocaleString('en')} ${images === 1 ? 'image' : 'images'}, ${one.classes.length} ${one.classes.length === 1 ? 'class' : 'classes'}`,
                ja: `${images.toLocaleString('ja')} 枚、${one.classes.length} クラス`,
              })}
            </span>
          </button>
        );
      })}
      <button type="button" class="card" aria-pressed={making} onClick={onMake}>
        <strong>{text({ en: '+ Your own images', ja: '+ 自分の画像' })}</strong>
        <span>
          {text({ en: 'from files, folders or the camera', ja: 'ファイル、フォルダー、カメラから' })}
        </span>
      </button>
    </div>
  );
}

function BuiltInImages({ collection }: { readonly collection: CollectionInfo }): JSX.Element {
  const text = useText();
  return (
    <>
      <p>
        {text({
          en: 'Ten classes of shapes and patterns, 32 × 32 pixels, drawn here from a seed. Good for a first training: nothing to collect.',
          ja: '10 種類の図形と模様を 32 × 32 画素でその場に描いたもの。画像を集めなくてよいので、最初の訓練に向いている。',
        })}
      </p>
      <div class="class-grid small">
        {collection.classes.map(({ name, images }) => (
          <section key={name} class="panel stack class-card" aria-label={name}>
            <h3>{name}</h3>
            <Thumbnails collection={collection.id} class={name} count={images} />
          </section>
        ))}
      </div>
    </>
  );
}

interface NewCollectionProps {
  readonly state: CollectionsState;
  readonly onMade: (id: string) => void;
}

function NewCollection({ state, onMade }: NewCollectionProps): JSX.Element {
  const text = useText();
  const studio = useStudio();
  const [name, setName] = useState(text({ en: 'My images', ja: '自分の画像' }));
  const [side, setSide] = useState<number>(usualSide);
  const [busy, setBusy] = useState(false);
  const ready = name.trim() !== '' && !busy;
  const make = async (): Promise<void> => {
    setBusy(true);
    const made = await state.change(() => studio.collections.create(name.trim(), { side }));
    if (made === undefined) setBusy(false);
    else onMade(made.id);
  };
  return (
    <form
      class="panel stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void make();
      }}
    >
      <div class="row">
        <Field label={text({ en: 'Name', ja: '名前' })}>
          <input
            type="text"
            value={name}
            maxLength={60}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </Field>
        <Field
          label={text({ en: 'Size that is kept', ja: '保存する大きさ' })}
          hint={text({ en: 'larger takes more room and time', ja: '大きいほど場所も時間も使う' })}
        >
          <select value={side} onChange={(event) => setSide(Number(event.currentTarget.value))}>
            {sides.map((one) => (
              <option key={one} value={one}>
                {one} × {one}
              </option>
            ))}
          </select>
        </Field>
      </div>
      <p class="quiet">
        {text({
          en: 'Images stay in this browser, on this machine: nothing is sent anywhere.',
          ja: '画像はこのマシンのこのブラウザーの中だけに置かれ、どこにも送られない。',
        })}
      </p>
      <div class="row">
        <Button primary disabled={!ready} onClick={() => void make()}>
          {text({ en: 'Create', ja: '作る' })}
        </Button>
      </div>
    </form>
  );
}
