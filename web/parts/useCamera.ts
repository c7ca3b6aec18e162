/** The camera of the machine: its picture in a video element, and what to do where there is none. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';
import type { Text } from '../../src/language.ts';

export interface CameraError {
  readonly code: string;
  readonly text: Text;
}

export interface Camera {
  readonly video: RefObject<HTMLVideoElement | null>;
  readonly state: 'starting' | 'running' | 'failed';
  readonly error: CameraError | undefined;
  /** The picture that is to be seen now. Undefined before there is one. */
  readonly take: () => Promise<ImageBitmap | undefined>;
  readonly again: () => void;
}

/** What a person can do about a camera that gives no picture. */
export function cameraError(reason: unknown): CameraError {
  const name = reason instanceof Error ? reason.name : '';
  if (navigator.mediaDevices === undefined) {
    return {
      code: 'ALEX_CAMERA_INSECURE',
      text: {
        en: 'Browsers give the camera to pages from https:// or localhost only. Open the studio at such an address, or choose files instead.',
        ja: 'ブラウザーは https:// か localhost のページにしかカメラを使わせない。そのアドレスで開くか、ファイルを選んでほしい。',
      },
    };
  }
  if (name === 'NotAllowedError' || name === 'SecurityError') {
    return {
      code: 'ALEX_CAMERA_REFUSED',
      text: {
        en: 'The camera was refused. Allow it in the browser (the icon left of the address) and try again, or choose files instead.',
        ja: 'カメラの使用が許可されていない。アドレスの左のアイコンから許可してもう一度試すか、ファイルを選んでほしい。',
      },
    };
  }
  if (name === 'NotFoundError' || name === 'OverconstrainedError') {
    return {
      code: 'ALEX_CAMERA_MISSING',
      text: {
        en: 'No camera was found. Connect one and try again, or choose files instead.',
        ja: 'カメラが見つからない。接続してもう一度試すか、ファイルを選んでほしい。',
      },
    };
  }
  return {
    code: 'ALEX_CAMERA_FAILED',
    text: {
      en: `The camera gives no picture (${name || 'unknown reason'}): another program may be using it. Close that and try again, or choose files instead.`,
      ja: `カメラの映像が得られない (${name || '理由は不明'})。ほかのプログラムが使っているかもしれない。それを閉じてもう一度試すか、ファイルを選んでほしい。`,
    },
  };
}

async function open(): Promise<MediaStream> {
  return navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 640 }, facingMode: 'environment' } });
}

/** On from the first drawing of the component to its last. */
export function useCamera(): Camera {
  const video = useRef<HTMLVideoElement>(null);
  const [state, setState] = useState<Camera['state']>('starting');
  const [error, setError] = useState<CameraError>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let left = false;
    let stream: MediaStream | undefined;
    const stop = (): void => stream?.getTracks().forEach((track) => track.stop());
    const begin = async (): Promise<void> => {
      stream = await open();
      if (left) return stop();
      video.current!.srcObject = stream;
      await video.current!.play();
      setState('running');
    };
    begin().catch((reason: unknown) => {
      stop();
      if (left) return;
      setError(cameraError(reason));
      setState('failed');
    });
    return () => {
      left = true;
      stop();
    };
  }, [attempt]);
  const take = async (): Promise<ImageBitmap | undefined> =>
    state === 'running' && video.current !== null ? createImageBitmap(video.current) : undefined;
  const again = (): void => {
    setError(undefined);
    setState('starting');
    setAttempt(attempt + 1);
  };
  return { video, state, error, take, again };
}
