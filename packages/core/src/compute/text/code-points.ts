/** Text by code point: what SQL counts. Strings without surrogates, nearly all, are cut by unit. */
const SURROGATE = /[\ud800-\udfff]/;

export function codePointLength(text: string): number {
  if (!SURROGATE.test(text)) return text.length;
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Code points [start, end) of a text; both may lie outside it. */
export function sliceCodePoints(text: string, start: number, end: number): string {
  const from = Math.max(0, start);
  if (end <= from) return '';
  if (!SURROGATE.test(text)) return text.slice(from, end);
  return Array.from(text).slice(from, end).join('');
}
