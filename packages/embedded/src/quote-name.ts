/** A name as SQL text, quoted so that case and keywords do not matter. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
