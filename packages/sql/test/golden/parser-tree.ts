/** Trees without their spans, to compare what two texts mean. */

export function withoutSpans(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(withoutSpans);
  const fields = Object.entries(value).filter(
    ([name]) => name !== 'span' && name !== 'operatorSpan',
  );
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutSpans(field)]));
}
