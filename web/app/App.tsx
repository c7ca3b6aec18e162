import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { languages, type Language, type Text } from '../../src/language.ts';
import { Choice } from '../parts/Choice.tsx';
import { browserLanguage, LanguageContext } from './language.ts';
import { href, useRoute } from './route.ts';
import { rooms, type RoomName } from './rooms.ts';
import { RoomView } from './RoomView.tsx';
import { useSetting } from './settings.ts';
import { DarkContext, themes, useDark, type Theme } from './theme.ts';
import { ThreadNotice } from './ThreadNotice.tsx';
import { TitleContext } from './title.ts';

const languageNames: Readonly<Record<Language, string>> = { en: 'English', ja: '日本語' };
const themeNames: Readonly<Record<Theme, Text>> = {
  auto: { en: 'Auto', ja: '自動' },
  light: { en: 'Light', ja: '明' },
  dark: { en: 'Dark', ja: '暗' },
};

/** The studio: its header, the room of the address, and what all rooms are given. */
export function App(): JSX.Element {
  const route = useRoute();
  const [language, setLanguage] = useSetting('language', languages, browserLanguage());
  const [theme, setTheme] = useSetting('theme', themes, 'auto');
  const dark = useDark(theme);
  const room = rooms.find(({ name }) => name === route.room)!;
  const [title, setTitle] = useState<string>();
  const main = useRef<HTMLElement>(null);
  const entered = useRef<RoomName>(undefined);
  useEffect(() => {
    const root = document.documentElement;
    root.lang = language;
    root.style.colorScheme = theme === 'auto' ? 'light dark' : theme;
    document.title = `${title ?? room.title[language]} · AlexNet`;
  }, [language, theme, room, title]);
  useEffect(() => {
    // Whoever follows a link to another room, by keyboard or ear, goes on reading there.
    if (entered.current !== undefined) {
      main.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    entered.current = route.room;
  }, [route.room]);
  const skip = (event: Event): void => {
    event.preventDefault();
    main.current?.focus();
  };
  return (
    <LanguageContext.Provider value={language}>
      <DarkContext.Provider value={dark}>
        <a class="skip" href="#main" onClick={skip}>
          {{ en: 'Skip to content', ja: '本文へ' }[language]}
        </a>
        <header class="top">
          <a class="brand" href={href('learn')}>
            AlexNet
          </a>
          <Navigation language={language} current={route.room} />
          <div class="row switches">
            <Choice
              label={{ en: 'Language', ja: '言語' }[language]}
              value={language}
              options={languages.map((value) => ({ value, label: languageNames[value], lang: value }))}
              onChange={setLanguage}
            />
            <Choice
              label={{ en: 'Theme', ja: 'テーマ' }[language]}
              value={theme}
              options={themes.map((value) => ({ value, label: themeNames[value][language] }))}
              onChange={setTheme}
            />
          </div>
        </header>
        <main id="main" tabIndex={-1} ref={main}>
          <ThreadNotice />
          <TitleContext.Provider value={setTitle}>
            <RoomView key={room.name} room={room} path={route.path} />
          </TitleContext.Provider>
        </main>
      </DarkContext.Provider>
    </LanguageContext.Provider>
  );
}

function Navigation({ language, current }: { language: Language; current: RoomName }): JSX.Element {
  return (
    <nav class="rooms" aria-label={{ en: 'Rooms', ja: '部屋' }[language]}>
      {rooms.map(({ name, title }) => (
        <a key={name} href={href(name)} aria-current={name === current ? 'page' : undefined}>
          {title[language]}
        </a>
      ))}
    </nav>
  );
}
