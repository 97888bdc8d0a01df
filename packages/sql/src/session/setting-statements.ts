/** SET, RESET, SHOW and their kin: statements about the session, which need no plan. */
import { AlopexError } from '@alopex-db/core/base';
import type { Expression } from '../ast/expression.ts';
import type { Statement } from '../ast/statement.ts';
import type { SetStatement, UtilityStatement } from '../ast/utility.ts';
import type { TransactionStatement } from '../ast/transaction.ts';
import { commandOnly, textColumn, type ControlResult } from './control-result.ts';
import { SETTING_NAMES, type Settings } from './settings.ts';

/** Whose settings a statement reads and changes. */
export interface SettingOwner {
  readonly settings: Settings;
  /** SET LOCAL; absent outside transactions. */
  setLocal?(name: string, value: string): void;
}

export type ControlStatement =
  | TransactionStatement
  | Exclude<UtilityStatement, { readonly kind: 'explain' | 'pragma' }>;

const CONTROL_KINDS: ReadonlySet<string> = new Set<ControlStatement['kind']>([
  'begin',
  'commit',
  'rollback',
  'savepoint',
  'release-savepoint',
  'rollback-to-savepoint',
  'set-transaction',
  'set',
  'show',
  'reset',
  'describe',
  'prepare',
  'execute',
  'deallocate',
  'analyze',
  'vacuum',
  'copy',
  'discard',
]);

/** Whether the session runs a statement itself, without compiling it. */
export function isControl(statement: Statement): statement is ControlStatement {
  return CONTROL_KINDS.has(statement.kind);
}

/** Undefined when the statement is not the session's business. */
export function runSettingStatement(
  statement: Statement,
  owner: SettingOwner,
): ControlResult | undefined {
  if (!isControl(statement)) return undefined;
  switch (statement.kind) {
    case 'set':
      return set(statement, owner);
    case 'reset':
      owner.settings.reset(statement.name);
      return commandOnly('RESET');
    case 'show':
      return show(statement.name, owner.settings);
    case 'discard':
      if (statement.what === 'all') owner.settings.reset('all');
      return commandOnly(`DISCARD ${statement.what.toUpperCase()}`);
    default:
      throw new AlopexError(
        'ALX_UNSUPPORTED',
        `${statement.kind.replaceAll('-', ' ').toUpperCase()} is not supported yet`,
        { position: statement.span.start },
      );
  }
}

function set(statement: SetStatement, owner: SettingOwner): ControlResult {
  const { name, values, scope } = statement;
  if (values.length === 0) {
    owner.settings.reset(name);
    return commandOnly('SET');
  }
  const text = values.map(settingText).join(', ');
  if (scope === 'session') {
    owner.settings.set(name, text);
    return commandOnly('SET');
  }
  if (owner.setLocal !== undefined) {
    owner.setLocal(name, text);
    return commandOnly('SET');
  }
  return commandOnly('SET', {
    severity: 'warning',
    message: 'SET LOCAL can only be used in transaction blocks',
    sqlState: '25P01',
  });
}

function settingText(value: Expression): string {
  switch (value.kind) {
    case 'string-literal':
      return value.value;
    case 'integer-literal':
    case 'decimal-literal':
      return value.text;
    case 'boolean-literal':
      return value.value ? 'on' : 'off';
    case 'unary':
      if (value.operator === '-') return `-${settingText(value.operand)}`;
      break;
    default:
      break;
  }
  throw new AlopexError('ALX_UNEXPECTED_TOKEN', 'a setting takes a word, a string or a number', {
    position: value.span.start,
  });
}

function show(name: string, settings: Settings): ControlResult {
  if (name !== 'all') {
    const rows = [[settings.show(name)]];
    return { command: 'SHOW', columns: [textColumn(name)], rows, notices: [] };
  }
  return {
    command: 'SHOW',
    columns: [textColumn('name'), textColumn('setting')],
    rows: SETTING_NAMES.map((known) => [known, settings.show(known)]),
    notices: [],
  };
}
