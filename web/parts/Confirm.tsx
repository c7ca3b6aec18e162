import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Button } from './Button.tsx';
import { ignoreSecondClick } from './ignoreSecondClick.ts';

export interface ConfirmProps {
  /** What is about to happen, as a question. */
  readonly question: string;
  /** On the button that does it. */
  readonly action: string;
  readonly cancel: string;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
  /** What follows from it. */
  readonly children?: ComponentChildren;
}

/** Asks before something is done that cannot be undone; the Escape key is no. Shown for as long as it is rendered. */
export function Confirm(props: ConfirmProps): JSX.Element {
  const { question, action, cancel, onConfirm, onCancel, children } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    // A modal dialog keeps the focus, and gives it back.
    dialog.current?.showModal();
    return () => dialog.current?.close();
  }, []);
  return (
    <dialog ref={dialog} class="stack" aria-label={question} onCancel={onCancel}>
      <p>
        <strong>{question}</strong>
      </p>
      {children}
      <div class="row" onClickCapture={ignoreSecondClick}>
        <Button onClick={onCancel}>{cancel}</Button>
        <Button primary onClick={onConfirm}>
          {action}
        </Button>
      </div>
    </dialog>
  );
}
