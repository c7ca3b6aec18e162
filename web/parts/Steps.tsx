import type { JSX } from 'preact';

export interface StepsProps {
  /** What the list is of. */
  readonly label: string;
  readonly steps: readonly { readonly href: string; readonly title: string }[];
  /** Index of the one that is shown. */
  readonly current: number;
}

/** Numbered places in order, each a link. */
export function Steps({ label, steps, current }: StepsProps): JSX.Element {
  return (
    <nav class="steps" aria-label={label}>
      <ol>
        {steps.map(({ href, title }, index) => (
          <li key={href}>
            <a href={href} aria-current={index === current ? 'step' : undefined}>
              <span class="step-number">{index + 1}</span> <span class="step-title">{title}</span>
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}
