/**
 * Statements separated by `;`, in order, the first error ends them. The whole text is parsed first. A script on a shared
 * database runs in a session of its own as far as BEGIN is concerned; a block it leaves open is rolled back, and said.
 */
import { AlopexError } from '@alopex-db/core/base';
import { locateError } from '../errors.ts';
import { SessionHost } from './session-host.ts';
import type { ExecuteResult, QueryOptions, Row } from './session.ts';
import { Statement } from './statement.ts';
import { executeResultOf, StatementCall } from './statement-call.ts';
import type { StatementHost } from './statement-host.ts';

export async function runScript(
  host: StatementHost,
  text: string,
  options: QueryOptions | undefined,
): Promise<readonly ExecuteResult[]> {
  host.check();
  const { engine, settings } = host;
  if (!engine.isReady) await engine.ready();
  const pieces = engine.parseScript(text);
  const own = host.isShared ? new SessionHost({ engine, settings, isShared: false }) : undefined;
  const results: ExecuteResult[] = [];
  try {
    for (const piece of pieces) {
      const statement = new Statement(engine, text, piece);
      const call = new StatementCall<Row>(own ?? host, statement, undefined, options);
      results.push(executeResultOf(await call.collect()));
    }
  } catch (error) {
    own?.abandonBlock();
    throw error instanceof AlopexError ? locateError(error, text) : error;
  }
  if (own?.abandonBlock() === true) {
    throw new AlopexError(
      'ALX_TRANSACTION_ACTIVE',
      'the script ended inside a transaction, which was rolled back',
      { hint: 'End it with COMMIT.' },
    );
  }
  return results;
}
