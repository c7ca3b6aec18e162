import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useText } from '../../app/language.ts';
import { Button } from '../../parts/Button.tsx';
import { Slider } from '../../parts/Slider.tsx';

export interface DrawingPadProps {
  /** After each stroke. */
  readonly onImage: (image: ImageBitmap) => void;
}

/** Of the canvas, in pixels. */
const side = 320;

interface Pen {
  readonly color: string;
  /** Of the canvas's pixels. */
  readonly size: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where a pointer is, in pixels of the canvas. */
function placeOf({ clientX, clientY }: PointerEvent, canvas: HTMLCanvasElement): Point {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  return { x: ((clientX - left) * side) / width, y: ((clientY - top) * side) / height };
}

function drawLine(context: CanvasRenderingContext2D, from: Point, to: Point, { color, size }: Pen): void {
  context.strokeStyle = color;
  context.lineWidth = size;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(to.x, to.y);
  context.stroke();
}

/** A square to draw on with mouse, finger or pen. */
export function DrawingPad({ onImage }: DrawingPadProps): JSX.Element {
  const text = useText();
  const canvas = useRef<HTMLCanvasElement>(null);
  const last = useRef<Point>(undefined);
  const [pen, setPen] = useState<Pen>({ color: '#1d1d1f', size: 16 });
  const [paper, setPaper] = useState('#ffffff');
  const clear = (): void => {
    const context = canvas.current!.getContext('2d')!;
    context.fillStyle = paper;
    context.fillRect(0, 0, side, side);
  };
  useEffect(clear, [paper]);
  const strokeTo = (event: PointerEvent): void => {
    const to = placeOf(event, canvas.current!);
    drawLine(canvas.current!.getContext('2d')!, last.current ?? to, to, pen);
    last.current = to;
  };
  const lift = async (): Promise<void> => {
    if (last.current === undefined) return;
    last.current = undefined;
    onImage(await createImageBitmap(canvas.current!));
  };
  return (
    <div class="stack tight drawing">
      <canvas
        ref={canvas}
        width={side}
        height={side}
        class="pad"
        role="img"
        aria-label={text({ en: 'Drawing area', ja: '描く場所' })}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          strokeTo(event);
        }}
        onPointerMove={(event) => last.current !== undefined && strokeTo(event)}
        onPointerUp={() => void lift()}
        onPointerCancel={() => void lift()}
      />
      <PenControls pen={pen} paper={paper} onPen={setPen} onPaper={setPaper} onClear={clear} />
    </div>
  );
}

interface PenControlsProps {
  readonly pen: Pen;
  readonly paper: string;
  readonly onPen: (pen: Pen) => void;
  readonly onPaper: (paper: string) => void;
  readonly onClear: () => void;
}

function PenControls({ pen, paper, onPen, onPaper, onClear }: PenControlsProps): JSX.Element {
  const text = useText();
  const { color, size } = pen;
  return (
    <>
      <div class="row tight">
        <label class="row tight">
          {text({ en: 'Pen', ja: 'ペン' })}
          <input
            type="color"
            value={color}
            onInput={(event) => onPen({ size, color: event.currentTarget.value })}
          />
        </label>
        <label class="row tight">
          {text({ en: 'Paper', ja: '紙' })}
          <input type="color" value={paper} onInput={(event) => onPaper(event.currentTarget.value)} />
        </label>
        <Button onClick={onClear}>{text({ en: 'Clear', ja: '消す' })}</Button>
      </div>
      <Slider
        label={text({ en: 'Size', ja: '太さ' })}
        value={size}
        min={2}
        max={60}
        step={1}
        shown={`${size} px`}
        onChange={(wanted) => onPen({ color, size: wanted })}
      />
      <small>
        {text({
          en: 'A new paper clears the drawing. Without mouse or touch, take a sample image instead.',
          ja: '紙の色を変えると絵は消える。マウスやタッチがなければ、見本の画像を使える。',
        })}
      </small>
    </>
  );
}
