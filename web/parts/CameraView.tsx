import type { ComponentChildren, JSX } from 'preact';
import { useText } from '../app/language.ts';
import { Button } from './Button.tsx';
import type { Camera } from './useCamera.ts';

export interface CameraViewProps {
  readonly camera: Camera;
  /** Buttons, below the picture. */
  readonly children: ComponentChildren;
}

/** The camera's picture with buttons under it; a message to act on where there is none. */
export function CameraView({ camera, children }: CameraViewProps): JSX.Element {
  const text = useText();
  const { video, state, error } = camera;
  return (
    <div class="stack camera">
      <video
        ref={video}
        muted
        playsInline
        hidden={state !== 'running'}
        aria-label={text({ en: 'Camera', ja: 'カメラ' })}
      />
      {state === 'starting' && (
        <p role="status">
          {text({
            en: 'Starting the camera; the browser may ask you first.',
            ja: 'カメラを起動中。ブラウザーが許可を求めることがある。',
          })}
        </p>
      )}
      {error !== undefined && (
        <div class="message error" role="alert">
          <p>
            <code>{error.code}</code> {text(error.text)}
          </p>
        </div>
      )}
      <div class="row">
        {error !== undefined && (
          <Button onClick={camera.again}>{text({ en: 'Try again', ja: 'もう一度' })}</Button>
        )}
        {children}
      </div>
    </div>
  );
}
