type Attributes = Readonly<Record<string, string | number>>;

/** An SVG element without content. */
export function element(name: string, attributes: Attributes): string {
  return `<${name}${written(attributes)}/>`;
}

/** An SVG element with text in it. */
export function textElement(name: string, attributes: Attributes, text: string): string {
  return `<${name}${written(attributes)}>${escaped(text)}</${name}>`;
}

function written(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join('');
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
