/**
 * Takes the second click of a double click from what it is set on (`onClickCapture`): it was meant for what was under the
 * pointer before.
 */
export function ignoreSecondClick(event: MouseEvent): void {
  if (event.detail > 1) event.stopPropagation();
}
