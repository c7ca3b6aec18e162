import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useText } from '../app/language.ts';
import { Button } from './Button.tsx';
import { Confirm } from './Confirm.tsx';

export interface RemoveButtonProps {
  /** What the button does, to what. */
  readonly label: string;
  /** Asked before; undefined where nothing would be lost. */
  readonly question: string | undefined;
  readonly onRemove: () => void;
  /** What follows from it, said below the question. */
  readonly children?: ComponentChildren;
}

/** Removes something for good, after asking in a dialogue. */
export function RemoveButton({ label, question, onRemove, children }: RemoveButtonProps): JSX.Element {
  const text = useText();
  const [asking, setAsking] = useState(false);
  const remove = (): void => {
    setAsking(false);
    onRemove();
  };
  return (
    <>
      <Button label={label} onClick={() => (question === undefined ? onRemove() : setAsking(true))}>
        {text({ en: 'Remove', ja: '削除' })}
      </Button>
      {asking && question !== undefined && (
        <Confirm
          question={question}
          action={text({ en: 'Remove for good', ja: '完全に削除' })}
          cancel={text({ en: 'Keep', ja: '残す' })}
          onConfirm={remove}
          onCancel={() => setAsking(false)}
        >
          {children}
        </Confirm>
      )}
    </>
  );
}
