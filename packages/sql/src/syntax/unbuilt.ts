/** Statements of the product (SPEC 2.1) that the grammar does not know yet: an honest "unsupported" instead of a syntax error. */
import { AlopexError } from '@alopex-db/core/base';
import type { IToken } from 'chevrotain';

const STATEMENTS: ReadonlySet<string> = new Set([
  'backup',
  'call',
  'checkpoint',
  'close',
  'cluster',
  'comment',
  'declare',
  'do',
  'export',
  'fetch',
  'grant',
  'import',
  'listen',
  'lock',
  'merge',
  'move',
  'notify',
  'pause',
  'pivot',
  'reassign',
  'refresh',
  'reindex',
  'resume',
  'revoke',
  'summarize',
  'unlisten',
  'unpivot',
]);

const OBJECTS: ReadonlySet<string> = new Set([
  'aggregate',
  'api',
  'changefeed',
  'collation',
  'database',
  'domain',
  'extension',
  'external',
  'function',
  'materialized',
  'policy',
  'procedure',
  'publication',
  'recursive',
  'role',
  'rule',
  'schema',
  'sequence',
  'statistics',
  'subscription',
  'trigger',
  'type',
  'user',
  'view',
  'index',
]);

/** When `token` begins such a statement. */
export function unbuiltStatement(token: IToken): AlopexError | undefined {
  return STATEMENTS.has(token.image) ? unsupported(token.image, token) : undefined;
}

/** When `token` names such an object behind CREATE, ALTER or DROP. */
export function unbuiltObject(verb: string, token: IToken): AlopexError | undefined {
  return OBJECTS.has(token.image) ? unsupported(`${verb} ${token.image}`, token) : undefined;
}

function unsupported(feature: string, { startOffset }: IToken): AlopexError {
  const message = `${feature.toUpperCase()} is not supported yet`;
  return new AlopexError('ALX_UNSUPPORTED', message, { position: startOffset });
}
