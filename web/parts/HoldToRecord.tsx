import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

export interface HoldToRecordProps {
  /** Called again and again while the button is held, with the time between in `every`. */
  readonly onTick: () => Promise<void>;
  /** After the last. */
  readonly onRelease: () => void;
  /** Milliseconds. */
  readonly every: number;
  readonly disabled?: boolean;
  readonly children: string;
}

/** A button that does something as long as it is held: by mouse, finger, or the space bar and Enter. */
export function HoldToRecord({
  onTick,
  onRelease,
  every,
  disabled,
  children,
}: HoldToRecordProps): JSX.Element {
  const held = useRef(false);
  const [recording, setRecording] = useState(false);
  const latest = useRef({ onTick, onRelease });
  latest.current = { onTick, onRelease };
  const press = async (): Promise<void> => {
    if (held.current || disabled) return;
    held.current = true;
    setRecording(true);
    while (held.current) {
      await latest.current.onTick();
      await new Promise((resolve) => setTimeout(resolve, every));
    }
    latest.current.onRelease();
  };
  const release = (): void => {
    held.current = false;
    setRecording(false);
  };
  useEffect(() => release, []);
  const isKey = ({ key }: KeyboardEvent): boolean => key === ' ' || key === 'Enter';
  return (
    <button
      type="button"
      class={recording ? 'primary recording' : 'primary'}
      disabled={disabled}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        void press();
      }}
      onPointerUp={release}
      onPointerCancel={release}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (!isKey(event)) return;
        event.preventDefault();
        void press();
      }}
      onKeyUp={(event) => isKey(event) && release()}
      onBlur={release}
    >
      {children}
    </button>
  );
}
