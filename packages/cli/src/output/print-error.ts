/** An error as people read it: text, the statement's line with a caret, detail, hint, SQLSTATE. Goes to standard error. */
import { AlopexError } from '@alopex-db/core/base';
import { formatCaret } from '@alopex-db/embedded';

export function errorText(error: unknown, sql?: string): string {
  if (!(error instanceof AlopexError)) return `error: ${messageOf(error)}\n`;
  const lines = [error.format()];
  const caret = sql === undefined ? undefined : formatCaret(sql, error);
  if (caret !== undefined) lines.push(caret);
  if (error.detail !== undefined) lines.push(`detail: ${error.detail}`);
  if (error.hint !== undefined) lines.push(`hint: ${error.hint}`);
  lines.push(`SQLSTATE: ${error.sqlState} (${error.code})`);
  return `${lines.join('\n')}\n`;
}

/** The same for `--json`: one object on one line. */
export function errorJson(error: unknown): string {
  if (!(error instanceof AlopexError)) {
    return `${JSON.stringify({ error: { message: messageOf(error) } })}\n`;
  }
  const { code, id, sqlState, message, detail, hint, line, column, retryable } = error;
  const fields = { code, id, sql_state: sqlState, message, detail, hint, line, column, retryable };
  return `${JSON.stringify({ error: fields })}\n`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
