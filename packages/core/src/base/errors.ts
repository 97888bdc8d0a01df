/**
 * The one error class. Callers branch on `kind`, tests on `code`, nobody on the text.
 * A message names the thing, the value and the cure; the cure may stand in `hint`.
 */
import { ERROR_CODES, type ErrorCode, type ErrorKind } from './error-codes.ts';

/** What an error may carry besides its code and text. `position` counts UTF-16 units from 0, `line` and `column` from 1. */
export interface ErrorDetails {
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly position?: number | undefined;
  readonly table?: string | undefined;
  readonly columnName?: string | undefined;
  readonly constraint?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly cause?: unknown;
}

/** An error of Alopex DB, the same on every surface. */
export class AlopexError extends Error {
  readonly code: ErrorCode;
  /** Short id for people and manuals, e.g. `ALOPEX-C001`. */
  readonly id: string;
  /** PostgreSQL's five-character code. */
  readonly sqlState: string;
  readonly kind: ErrorKind;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly position: number | undefined;
  readonly table: string | undefined;
  readonly columnName: string | undefined;
  readonly constraint: string | undefined;
  readonly correlationId: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'AlopexError';
    this.code = code;
    const definition = ERROR_CODES[code];
    this.id = definition.id;
    this.sqlState = definition.sqlState;
    this.kind = definition.kind;
    this.detail = details.detail;
    this.hint = details.hint;
    this.line = details.line;
    this.column = details.column;
    this.position = details.position;
    this.table = details.table;
    this.columnName = details.columnName;
    this.constraint = details.constraint;
    this.correlationId = details.correlationId;
  }

  /** True where the same request may succeed when repeated unchanged. */
  get retryable(): boolean {
    return this.kind === 'Conflict' || this.kind === 'Unavailable';
  }

  /** The same error with more details, keeping code, text and cause; used to add positions on the way up. */
  with(details: ErrorDetails): AlopexError {
    const {
      detail,
      hint,
      line,
      column,
      position,
      table,
      columnName,
      constraint,
      correlationId,
      cause,
    } = this;
    const own = {
      detail,
      hint,
      line,
      column,
      position,
      table,
      columnName,
      constraint,
      correlationId,
      cause,
    };
    return new AlopexError(this.code, this.message, { ...own, ...details });
  }

  /** `error[ALOPEX-C001]: relation "x" does not exist at line 1, column 15` */
  format(): string {
    const where =
      this.line === undefined ? '' : ` at line ${this.line}, column ${this.column ?? 1}`;
    return `error[${this.id}]: ${this.message}${where}`;
  }
}
