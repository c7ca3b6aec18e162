import { escaped } from '../charts/chart.ts';
import type { Language, Text } from '../language.ts';
import { chartHtml, pageHtml, pictureHtml, tableHtml } from '../report/page.ts';
import type { Conclusion, Lab, Verdict } from './lab.ts';
import type { LabItem } from './labItems.ts';

/** Whether the outcome agrees, in words. */
export const verdictTexts: Readonly<Record<Verdict, Text>> = {
  agrees: { en: 'agrees with the claim', ja: '主張と一致' },
  partly: { en: 'agrees in part', ja: '一部だけ一致' },
  disagrees: { en: 'does not agree with the claim', ja: '主張と一致しない' },
  unclear: { en: 'not clear from this run', ja: 'この実行だけでは判断できない' },
};

const words = {
  claim: { en: 'The claim', ja: '主張' },
  outcome: { en: 'Outcome', ja: '結果' },
  confidence: { en: 'How sure', ja: '確かさ' },
  stop: { en: '.', ja: '。' },
  how: { en: 'How it was run', ja: '実行条件' },
} as const satisfies Record<string, Text>;

export interface LabReport {
  readonly lab: Lab;
  readonly language: Language;
  readonly items: readonly LabItem[];
  readonly conclusion: Conclusion;
  /** How it was run: names and values. */
  readonly facts: readonly (readonly [string, string])[];
}

/** The lab's whole report: an HTML document. */
export function labReportHtml({ lab, language, items, conclusion, facts }: LabReport): string {
  const t = (text: Text): string => escaped(text[language]);
  const rows = facts.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`);
  const body = [
    `<h1>${t(lab.title)}</h1>`,
    `<p><strong>${t(words.claim)}:</strong> ${t(lab.claim)} <span class="quiet">(${escaped(lab.source)})</span></p>`,
    `<section class="card" aria-label="${t(words.outcome)}"><p><strong>${t(words.outcome)}: ${t(verdictTexts[conclusion.verdict])}${t(words.stop)}</strong> ${t(conclusion.finding)}</p>`,
    `<p class="quiet"><strong>${t(words.confidence)}:</strong> ${t(conclusion.confidence)}</p></section>`,
    ...items.map(itemHtml),
    `<h2>${t(words.how)}</h2><dl>${rows.join('')}</dl>`,
  ].join('\n');
  return pageHtml({ language, title: lab.title[language], body });
}

function itemHtml(item: LabItem): string {
  switch (item.kind) {
    case 'story':
      return `<p>${escaped(item.text)}</p>`;
    case 'table':
      return tableHtml(item.caption, item.head, item.rows);
    case 'chart':
      return chartHtml(item.svg);
    case 'picture':
      return pictureHtml(item);
  }
}
