/** LIMIT and OFFSET: numbers of rows out of expressions without columns. */
import { AlopexError } from '@alopex-db/core/base';
import { compileScalar, type Expression } from '@alopex-db/core/exec';
import type { StatementContext } from './statement-context.ts';

/** Undefined where there is none, or where it is null. */
export function rowCountOf(
  expression: Expression | undefined,
  clause: 'LIMIT' | 'OFFSET',
  context: StatementContext,
): number | undefined {
  if (expression === undefined) return undefined;
  const value = compileScalar(expression)(context);
  if (value === null) return undefined;
  const count = Number(value);
  if (count >= 0) return count;
  const code = clause === 'LIMIT' ? 'ALX_LIMIT_COUNT' : 'ALX_OFFSET_COUNT';
  throw new AlopexError(code, `${clause} must not be negative`);
}
