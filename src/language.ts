/** The languages that results are told in. */
export const languages = ['en', 'ja'] as const;
export type Language = (typeof languages)[number];

/** The same text in every language. */
export type Text = Readonly<Record<Language, string>>;

type Environment = Readonly<Record<string, string | undefined>>;

/** The language of the person at the terminal, by POSIX's order of variables; English where there is no other, as in browsers. */
export function userLanguage(environment: Environment = globalThis.process?.env ?? {}): Language {
  const locale = environment['LC_ALL'] || environment['LC_MESSAGES'] || environment['LANG'] || '';
  return languages.find((language) => locale.toLowerCase().startsWith(language)) ?? 'en';
}
