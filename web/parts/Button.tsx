import type { ComponentChildren, JSX } from 'preact';

export interface ButtonProps {
  readonly onClick: () => void;
  /** The one that goes on. Default false. */
  readonly primary?: boolean;
  readonly disabled?: boolean;
  /** For buttons that stay pressed. */
  readonly pressed?: boolean;
  /** What it does, where what it shows does not say so. */
  readonly label?: string;
  readonly children: ComponentChildren;
}

export function Button({ onClick, primary, disabled, pressed, label, children }: ButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class={primary ? 'primary' : undefined}
      onClick={onClick}
      disabled={disabled}
      aria-pressed={pressed}
      aria-label={label}
    >
      {children}
    </button>
  );
}
