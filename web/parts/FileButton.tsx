import type { JSX } from 'preact';
import { useId } from 'preact/hooks';

export interface FileButtonProps {
  readonly label: string;
  /** What the files are for, where there are several such buttons. */
  readonly about?: string;
  /** Of the file dialogue: `image/*`, `.safetensors,.pth`. Default: all. */
  readonly accept?: string | undefined;
  /** Default false. */
  readonly multiple?: boolean;
  /** Whether a folder is chosen, and all files in it taken. Default false. */
  readonly folders?: boolean;
  readonly disabled?: boolean;
  readonly onFiles: (files: File[]) => void;
}

/** Chooses files, as a button among others. */
export function FileButton(props: FileButtonProps): JSX.Element {
  const { label, about, accept, multiple = false, folders = false, disabled = false, onFiles } = props;
  const id = useId();
  return (
    <span>
      <input
        id={id}
        class="unseen"
        type="file"
        accept={accept}
        multiple={multiple}
        {...(folders && { webkitdirectory: true })}
        disabled={disabled}
        aria-label={about === undefined ? undefined : `${label}: ${about}`}
        onChange={(event) => {
          const input = event.currentTarget;
          const files = [...(input.files ?? [])];
          // The same file may be chosen again.
          input.value = '';
          if (files.length > 0) onFiles(files);
        }}
      />
      <label class="button" for={id}>
        {label}
      </label>
    </span>
  );
}
