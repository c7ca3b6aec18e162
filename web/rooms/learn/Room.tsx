import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import './learn.css';
import { Steps } from '../../parts/Steps.tsx';
import { useText } from '../../app/language.ts';
import { href } from '../../app/route.ts';
import { usePageTitle } from '../../app/title.ts';
import type { RoomProps } from '../../app/rooms.ts';
import { lessons } from './lessons.ts';
import { PictureProvider } from './picture.tsx';

/** Learn: ten steps from a filter on a picture to AlexNet's layers. */
export function Room({ path }: RoomProps): JSX.Element {
  const text = useText();
  const current = Math.max(
    0,
    lessons.findIndex(({ slug }) => slug === path[0]),
  );
  const lesson = lessons[current]!;
  usePageTitle(`${current + 1}. ${text(lesson.title)}`);
  const heading = useRef<HTMLHeadingElement>(null);
  const first = useRef(true);
  useEffect(() => {
    // On the way from step to step, not when the room is entered.
    if (!first.current) {
      heading.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    first.current = false;
  }, [lesson]);
  const steps = lessons.map(({ slug, title }) => ({ href: href('learn', slug), title: text(title) }));
  return (
    <PictureProvider>
      <Steps label={text({ en: 'Steps', ja: 'ステップ' })} steps={steps} current={current} />
      <article class="stack lesson">
        <h1 ref={heading} tabIndex={-1}>
          {current + 1}. {text(lesson.title)}
        </h1>
        <div class="story">
          {lesson.story.map((paragraph) => (
            <p key={paragraph.en}>{text(paragraph)}</p>
          ))}
        </div>
        <lesson.View key={lesson.slug} />
        <p class="quiet">
          <small>
            {text({ en: 'Source: ', ja: '出典: ' })}
            {text(lesson.source)}
          </small>
        </p>
      </article>
      <nav class="row onward" aria-label={text({ en: 'Onward', ja: '前後のステップ' })}>
        {current > 0 && <a href={steps[current - 1]!.href}>← {steps[current - 1]!.title}</a>}
        {current + 1 < steps.length ? (
          <a class="button next" href={steps[current + 1]!.href}>
            {steps[current + 1]!.title} →
          </a>
        ) : (
          <a class="button next" href={href('train')}>
            {text({ en: 'Train one of your own →', ja: '自分の分類器を訓練する →' })}
          </a>
        )}
      </nav>
    </PictureProvider>
  );
}
