/** Pages that need nothing but themselves: one HTML file, light and dark, for the screen and for paper. */
import { escaped } from '../charts/chart.ts';
import type { Language } from '../language.ts';

export interface Page {
  readonly language: Language;
  readonly title: string;
  /** HTML. */
  readonly body: string;
}

const style = `
:root{color-scheme:light dark;--ink:#1d1d1f;--quiet:#5c5c61;--paper:#fbfbfd;--card:#ffffff;--line:#d9d9e0;--accent:#0063a0}
@media screen and (prefers-color-scheme:dark){:root{--ink:#ececf0;--quiet:#a9a9b2;--paper:#101115;--card:#17181c;--line:#34353c;--accent:#7cc4f5}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.65 system-ui,'Hiragino Sans','Noto Sans CJK JP','Noto Sans JP',sans-serif}
main{max-width:60rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.7rem;line-height:1.3;margin:0 0 .5rem}
h2{font-size:1.25rem;margin:2.5rem 0 .75rem;padding-top:.5rem;border-top:1px solid var(--line)}
h3{font-size:1.05rem;margin:1.75rem 0 .5rem}
p{max-width:46rem}
a{color:var(--accent)}
.quiet{color:var(--quiet)}
figure{margin:1.25rem 0}
figcaption{color:var(--quiet);font-size:.9rem;max-width:46rem}
.chart,.card{border:1px solid var(--line);border-radius:8px;background:var(--card)}
.card{padding:.75rem 1.25rem;margin:1.25rem 0}
.scroll{overflow-x:auto;margin:1.25rem 0}
.scroll>.chart{min-width:36rem}
.pictures{display:flex;flex-wrap:wrap;gap:.75rem;list-style:none;padding:0;margin:1rem 0}
.pictures figure{margin:0}
.pictures figcaption{line-height:1.35;font-size:.82rem}
nav ul{columns:16rem;padding-left:1.1rem}
table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--quiet);padding-bottom:.35rem}
th,td{padding:.3rem .8rem;border-bottom:1px solid var(--line);text-align:right;vertical-align:top}
th:first-child,td:first-child{text-align:left;padding-left:0}
img{max-width:100%;height:auto;image-rendering:pixelated}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.25rem}
dt{color:var(--quiet)}dd{margin:0}
h1,h2,h3,p,dd,li{overflow-wrap:anywhere}
@media (max-width:34rem){dl{grid-template-columns:1fr}dd{margin-bottom:.5rem}}
@media print{.scroll>.chart{min-width:0}body{background:#fff;font-size:11pt}main{max-width:none;padding:0}figure,table,.card{break-inside:avoid}h2,h3{break-after:avoid}}
`;

/** The whole document. */
export function pageHtml({ language, title, body }: Page): string {
  return (
    `<!doctype html>\n<html lang="${language}">\n<head>\n<meta charset="utf-8">\n` +
    `<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>${escaped(title)}</title>\n` +
    `<link rel="icon" href="data:,">\n<style>${style}</style>\n</head>\n<body>\n<main>\n${body}\n</main>\n</body>\n</html>\n`
  );
}

/** A value and what belongs to it stay on one line: `87.4 ± 0.7 %`. */
function unbroken(cell: string): string {
  return cell.replaceAll(/ (?=[±%])|(?<=±) /g, '\u00a0');
}

/** Rows under a head, the first column their names; HTML. */
export function tableHtml(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const cells = (row: readonly string[]): string =>
    row
      .map((cell, i) =>
        i === 0 ? `<th scope="row">${escaped(cell)}</th>` : `<td>${escaped(unbroken(cell))}</td>`,
      )
      .join('');
  return (
    `<div class="scroll" tabindex="0" role="region" aria-label="${escaped(caption)}"><table><caption>${escaped(caption)}</caption>` +
    `<thead><tr>${head.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join('')}</tr></thead>` +
    `<tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('\n')}</tbody></table></div>`
  );
}

/** A chart in the page: on a narrow screen it keeps a size that can be read, and scrolls. */
export function chartHtml(svg: string): string {
  return `<figure class="scroll" tabindex="0">${svg}</figure>`;
}

export interface PagePicture {
  readonly png: Uint8Array;
  /** On the page, in pixels. */
  readonly width: number;
  /** For who cannot see it. */
  readonly description: string;
  readonly caption?: string;
}

/** A picture in the page, its bytes with it. */
export function pictureHtml({ png, width, description, caption }: PagePicture): string {
  const source = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
  const below = caption === undefined ? '' : `<figcaption>${escaped(caption)}</figcaption>`;
  return `<figure><img src="${source}" width="${width}" alt="${escaped(description)}">${below}</figure>`;
}

/** Small pictures side by side, each with its caption. */
export function picturesHtml(pictures: readonly PagePicture[]): string {
  const items = pictures.map(
    (picture) =>
      `<li style="width:${Math.max(picture.width, 96)}px;max-width:100%">${pictureHtml(picture)}</li>`,
  );
  return `<ul class="pictures">${items.join('')}</ul>`;
}
