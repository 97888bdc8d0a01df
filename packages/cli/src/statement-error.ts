/** An error with the script it points into, so that `main` can draw the caret under the right text. */
import { AlopexError } from '@alopex-db/core/base';
import { moveError, type ScriptStatement } from '@alopex-db/embedded';

export class StatementError extends Error {
  readonly script: string;

  constructor(cause: unknown, script: string) {
    super('statement failed', { cause });
    this.script = script;
  }
}

/** Runs `body` for a statement of a script; its error leaves with the place in the whole script. */
export async function inStatement<R>(
  script: string,
  { position }: Pick<ScriptStatement, 'position'>,
  body: () => Promise<R>,
): Promise<R> {
  try {
    return await body();
  } catch (error) {
    const placed = error instanceof AlopexError ? moveError(error, script, position) : error;
    throw new StatementError(placed, script);
  }
}
