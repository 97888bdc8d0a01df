/** Values as sqllogictest writes them: I as a whole number, R with three decimals, T as text. */

export function formatValue(value: unknown, type: string): string {
  if (value === null || value === undefined) return 'NULL';
  if (type === 'I') return formatInteger(value);
  if (type === 'R') return formatReal(value);
  return formatText(value);
}

function formatInteger(value: unknown): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'boolean') return value ? '1' : '0';
  const number = Number(value);
  // As SQLite's column_int: text that is no number counts as 0, fractions are cut.
  return Number.isNaN(number) ? '0' : BigInt(Math.trunc(number)).toString();
}

function formatReal(value: unknown): string {
  const number = Number(value);
  return Number.isNaN(number) ? String(value) : number.toFixed(3);
}

function formatText(value: unknown): string {
  if (value instanceof Uint8Array) return formatText(new TextDecoder().decode(value));
  if (value instanceof Date) return formatText(value.toISOString());
  const text = String(value);
  return text === '' ? '(empty)' : text.replace(/[^\x20-\x7e]/g, '@');
}
