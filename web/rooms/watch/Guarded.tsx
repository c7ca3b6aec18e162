import type { ComponentChildren, JSX } from 'preact';
import { useErrorBoundary } from 'preact/hooks';
import { useText } from '../../app/language.ts';
import { Button } from '../../parts/Button.tsx';
import { Message } from '../../parts/Message.tsx';

export interface GuardedProps {
  /** The run that is shown. */
  readonly id: string;
  readonly children: ComponentChildren;
}

/** Shows one run; what fails in that is told in its place, and the other runs stay. Give it the run's id as key. */
export function Guarded({ id, children }: GuardedProps): JSX.Element {
  const text = useText();
  const [broken, mend] = useErrorBoundary();
  if (broken === undefined) return <>{children}</>;
  return (
    <div class="stack">
      <Message kind="error" error={broken}>
        {text({ en: `The run “${id}” cannot be shown.`, ja: `実行「${id}」を表示できない。` })}
      </Message>
      <div class="row">
        <Button onClick={mend}>{text({ en: 'Try again', ja: 'もう一度' })}</Button>
      </div>
    </div>
  );
}
