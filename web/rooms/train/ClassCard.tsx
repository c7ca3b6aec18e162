import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { useLanguage, useText } from '../../app/language.ts';
import { Button } from '../../parts/Button.tsx';
import { CameraView } from '../../parts/CameraView.tsx';
import { FileButton } from '../../parts/FileButton.tsx';
import { HoldToRecord } from '../../parts/HoldToRecord.tsx';
import { RemoveButton } from '../../parts/RemoveButton.tsx';
import { useCamera } from '../../parts/useCamera.ts';
import { useDrop } from '../../parts/useDrop.ts';
import type { AddedImage } from '../../worker/protocol.ts';
import { Thumbnails } from './Thumbnails.tsx';

export interface ClassCardProps {
  readonly collection: string;
  readonly name: string;
  readonly images: number;
  readonly onAdd: (images: readonly AddedImage[]) => void;
  readonly onRename: (to: string) => void;
  readonly onRemove: () => void;
  readonly onRemoveImage: (at: number) => Promise<unknown>;
}

/** One class of a person's own: its name, its images, and ways to add more. */
export function ClassCard(props: ClassCardProps): JSX.Element {
  const { collection, name, images, onAdd, onRemoveImage } = props;
  const text = useText();
  const language = useLanguage();
  const [camera, setCamera] = useState(false);
  const addFiles = (files: readonly File[]): void =>
    onAdd(files.map((file) => ({ class: name, name: file.webkitRelativePath || file.name, image: file })));
  const { over, handlers } = useDrop(addFiles);
  return (
    <section
      class={over ? 'panel stack class-card over' : 'panel stack class-card'}
      aria-label={name}
      {...handlers}
    >
      <div class="class-head">
        <NameInput name={name} onRename={props.onRename} />
        <span class="number quiet">
          {images.toLocaleString(language)} {text({ en: images === 1 ? 'image' : 'images', ja: '枚' })}
        </span>
      </div>
      {images > 0 && (
        <Thumbnails collection={collection} class={name} count={images} onRemove={onRemoveImage} />
      )}
      <div class="row tight">
        <FileButton
          label={text({ en: 'Choose files', ja: 'ファイルを選ぶ' })}
          about={name}
          accept="image/*"
          multiple
          onFiles={addFiles}
        />
        <Button pressed={camera} onClick={() => setCamera(!camera)}>
          {text({ en: 'Camera', ja: 'カメラ' })}
        </Button>
        <RemoveButton
          label={text({ en: `Remove the class ${name}`, ja: `クラス ${name} を削除` })}
          question={
            images === 0
              ? undefined
              : text({
                  en: `Remove the class “${name}” with its ${images} ${images === 1 ? 'image' : 'images'}?`,
                  ja: `クラス「${name}」を画像 ${images} 枚ごと削除する?`,
                })
          }
          onRemove={props.onRemove}
        />
      </div>
      {camera && <Recorder name={name} onAdd={onAdd} />}
    </section>
  );
}

function NameInput({
  name,
  onRename,
}: {
  readonly name: string;
  readonly onRename: (to: string) => void;
}): JSX.Element {
  const text = useText();
  return (
    <input
      type="text"
      class="class-name"
      aria-label={text({ en: 'Name of the class', ja: 'クラスの名前' })}
      value={name}
      maxLength={60}
      onChange={(event) => {
        const typed = event.currentTarget.value.trim();
        if (typed === '' || typed === name) event.currentTarget.value = name;
        else onRename(typed);
      }}
    />
  );
}

/** Pictures of the camera that are held at once before they are stored. */
const handful = 12;

function Recorder({ name, onAdd }: Pick<ClassCardProps, 'name' | 'onAdd'>): JSX.Element {
  const text = useText();
  const camera = useCamera();
  const pictures = useRef<AddedImage[]>([]);
  const [count, setCount] = useState(0);
  const store = (): void => {
    if (pictures.current.length > 0) onAdd(pictures.current);
    pictures.current = [];
  };
  const tick = async (): Promise<void> => {
    const image = await camera.take();
    if (image === undefined) return;
    pictures.current.push({ class: name, name: 'webcam', image });
    setCount((old) => old + 1);
    if (pictures.current.length >= handful) store();
  };
  return (
    <CameraView camera={camera}>
      <HoldToRecord every={120} onTick={tick} onRelease={store} disabled={camera.state !== 'running'}>
        {text({ en: 'Hold to record', ja: '押している間、撮る' })}
      </HoldToRecord>
      <span role="status" class="quiet number">
        {count > 0 && text({ en: `${count} taken`, ja: `${count} 枚撮影` })}
      </span>
    </CameraView>
  );
}
