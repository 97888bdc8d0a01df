/** Transaction control as written. */
import type { Identifier } from './name.ts';
import type { Span } from './span.ts';

export type IsolationLevel =
  | 'read uncommitted'
  | 'read committed'
  | 'repeatable read'
  | 'snapshot'
  | 'serializable';

/** The characteristics after BEGIN, START TRANSACTION and SET TRANSACTION; absent ones are the session's defaults. */
export interface TransactionModes {
  readonly isolation: IsolationLevel | undefined;
  readonly readOnly: boolean | undefined;
  readonly deferrable: boolean | undefined;
}

export type TransactionStatement =
  /** BEGIN and START TRANSACTION. */
  | { readonly kind: 'begin'; readonly modes: TransactionModes; readonly span: Span }
  /** COMMIT and END. */
  | { readonly kind: 'commit'; readonly andChain: boolean; readonly span: Span }
  /** ROLLBACK and ABORT. */
  | { readonly kind: 'rollback'; readonly andChain: boolean; readonly span: Span }
  | { readonly kind: 'savepoint'; readonly name: Identifier; readonly span: Span }
  | { readonly kind: 'release-savepoint'; readonly name: Identifier; readonly span: Span }
  | { readonly kind: 'rollback-to-savepoint'; readonly name: Identifier; readonly span: Span }
  /** SET TRANSACTION, or with `session` SET SESSION CHARACTERISTICS AS TRANSACTION. */
  | {
      readonly kind: 'set-transaction';
      readonly session: boolean;
      readonly modes: TransactionModes;
      readonly span: Span;
    };
