import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { useText } from '../app/language.ts';
import { FileButton } from './FileButton.tsx';
import { useDrop } from './useDrop.ts';

export interface DropZoneProps {
  readonly label: string;
  /** Of the file dialogue: `image/*`, `.safetensors,.pth`. Default: all. */
  readonly accept?: string;
  readonly multiple?: boolean;
  /** Whether the dialogue chooses a folder. Dropped folders are always read. Default false. */
  readonly folders?: boolean;
  /** Takes what was dropped, pasted or chosen; of folders all files, whose webkitRelativePath or path says from where. */
  readonly onFiles: (files: File[]) => void;
  readonly children?: ComponentChildren;
}

/** Takes files by drop, paste and file dialogue; the dialogue's button is reached by keyboard. */
export function DropZone(props: DropZoneProps): JSX.Element {
  const { label, accept, multiple = false, folders = false, onFiles, children } = props;
  const text = useText();
  const take = (files: File[]): void => {
    if (files.length > 0) onFiles(multiple || folders ? files : files.slice(0, 1));
  };
  const { over, handlers } = useDrop(take);
  useEffect(() => {
    const paste = (event: ClipboardEvent): void => take([...(event.clipboardData?.files ?? [])]);
    document.addEventListener('paste', paste);
    return () => document.removeEventListener('paste', paste);
  });
  return (
    <div class={over ? 'drop over' : 'drop'} {...handlers}>
      <FileButton label={label} accept={accept} multiple={multiple} folders={folders} onFiles={take} />
      <small>{text({ en: 'or drop or paste it here', ja: 'ここにドロップ、または貼り付けてもよい' })}</small>
      {children}
    </div>
  );
}
