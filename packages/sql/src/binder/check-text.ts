/** What the text of a CHECK is about. */
import { walk } from '../ast/visit.ts';
import type { SqlParser } from '../syntax/load-parser.ts';

export function mentionsColumn(parser: SqlParser, sql: string, name: string): boolean {
  let found = false;
  walk(parser.parseExpression(sql), (part) => {
    if (part.kind !== 'column-reference') return;
    const reference = part as unknown as { readonly parts: readonly { readonly name: string }[] };
    found ||= reference.parts.at(-1)?.name === name;
  });
  return found;
}
