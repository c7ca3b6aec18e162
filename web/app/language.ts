/** The language of the page: what the browser asks for, or what the reader chose. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { languages, type Language, type Text } from '../../src/language.ts';

/** The first of the browser's languages that the page has; English where it has none of them. */
export function browserLanguage(wanted: readonly string[] = navigator.languages): Language {
  for (const tag of wanted) {
    const found = languages.find((language) => tag.toLowerCase().split('-')[0] === language);
    if (found !== undefined) return found;
  }
  return 'en';
}

export const LanguageContext = createContext<Language>('en');

export function useLanguage(): Language {
  return useContext(LanguageContext);
}

/** Gives the function that picks a text's language. */
export function useText(): (text: Text) => string {
  const language = useLanguage();
  return (text) => text[language];
}
