import type { ComponentType, JSX } from 'preact';
import { useEffect, useErrorBoundary, useState } from 'preact/hooks';
import { Button } from '../parts/Button.tsx';
import { Message } from '../parts/Message.tsx';
import { useText } from './language.ts';
import type { RoomEntry, RoomProps } from './rooms.ts';

/** Loads a room and shows it; what goes wrong in it is told in its place, with the way out. Give it the room's name as key. */
export function RoomView({ room, path }: { readonly room: RoomEntry } & RoomProps): JSX.Element {
  const [View, setView] = useState<ComponentType<RoomProps>>();
  const [missing, setMissing] = useState<unknown>();
  const [broken, mend] = useErrorBoundary();
  const [attempt, setAttempt] = useState(0);
  const text = useText();
  useEffect(() => {
    let left = false;
    room.load().then(
      (loaded) => left || setView(() => loaded.Room),
      (error: unknown) => left || setMissing(error),
    );
    return () => {
      left = true;
    };
  }, [room, attempt]);
  const again = (): void => {
    setMissing(undefined);
    setAttempt(attempt + 1);
    mend();
  };
  if (broken !== undefined || missing !== undefined) {
    return <Failure error={broken ?? missing} loading={missing !== undefined} again={again} />;
  }
  if (View === undefined) return <p role="status">{text({ en: 'Loading…', ja: '読み込み中…' })}</p>;
  return <View path={path} />;
}

interface FailureProps {
  readonly error: unknown;
  readonly loading: boolean;
  readonly again: () => void;
}

function Failure({ error, loading, again }: FailureProps): JSX.Element {
  const text = useText();
  const advice = loading
    ? text({
        en: 'This room could not be loaded: the server may have stopped, the network may be gone, or there is a newer version. Start the server again and try once more, or reload the page.',
        ja: 'この部屋を読み込めなかった。サーバーが止まったか、ネットワークが切れたか、新しい版が出ている。サーバーを起動し直してもう一度試すか、ページを再読み込みしてほしい。',
      })
    : text({
        en: 'Something in this room failed. What was stored is safe. Try once more; if it fails again, reload the page.',
        ja: 'この部屋で問題が起きた。保存済みのものは失われない。もう一度試し、だめならページを再読み込みしてほしい。',
      });
  return (
    <div class="stack">
      <Message kind="error" error={error}>
        {advice}
      </Message>
      <div class="row">
        <Button onClick={again}>{text({ en: 'Try again', ja: 'もう一度' })}</Button>
        <Button onClick={() => location.reload()}>{text({ en: 'Reload', ja: '再読み込み' })}</Button>
      </div>
    </div>
  );
}
