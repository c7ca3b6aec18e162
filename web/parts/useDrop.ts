import { useState } from 'preact/hooks';
import { droppedFiles } from './droppedFiles.ts';

export interface Drop {
  /** Whether something hangs over the element. */
  readonly over: boolean;
  /** The element's. */
  readonly handlers: {
    readonly onDragOver: (event: DragEvent) => void;
    readonly onDragLeave: () => void;
    readonly onDrop: (event: DragEvent) => void;
  };
}

/** Lets files and folders fall on an element; of folders all files are taken. */
export function useDrop(onFiles: (files: File[]) => void): Drop {
  const [over, setOver] = useState(false);
  return {
    over,
    handlers: {
      onDragOver(event) {
        event.preventDefault();
        setOver(true);
      },
      onDragLeave: () => setOver(false),
      onDrop(event) {
        event.preventDefault();
        setOver(false);
        if (event.dataTransfer !== null) void droppedFiles(event.dataTransfer).then(onFiles);
      },
    },
  };
}
