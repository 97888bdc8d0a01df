/** Definitions as SQL text. */
import type {
  AlterTableAction,
  ColumnConstraint,
  ColumnDefinition,
  CreateIndexStatement,
  CreateTableAsStatement,
  CreateTableStatement,
  CreateViewStatement,
  DropStatement,
  ForeignReference,
  IndexElement,
  LikeClause,
  Option,
  TableConstraint,
  TruncateStatement,
} from '../ddl.ts';
import type { DefinitionStatement } from '../statement.ts';
import { printDirection } from './print-expression.ts';
import { printDotted, printIdentifier, printName, printNames, printType } from './print-name.ts';
import { DmlPrinter } from './print-dml.ts';

export abstract class DdlPrinter extends DmlPrinter {
  protected printDefinition(statement: DefinitionStatement): string {
    switch (statement.kind) {
      case 'create-table':
        return this.#printCreateTable(statement);
      case 'create-table-as':
        return this.#printCreateTableAs(statement);
      case 'create-view':
        return this.#printCreateView(statement);
      case 'create-index':
        return this.#printCreateIndex(statement);
      case 'drop':
        return printDrop(statement);
      case 'truncate':
        return printTruncate(statement);
      case 'alter-table': {
        const head = `ALTER TABLE ${when(statement.ifExists, 'IF EXISTS ')}${printName(statement.name)}`;
        return `${head} ${statement.actions.map((node) => this.#printAction(node)).join(', ')}`;
      }
    }
  }

  #printCreateTable(statement: CreateTableStatement): string {
    const elements = [
      ...statement.columns.map((node) => this.#printColumnDefinition(node)),
      ...statement.constraints.map((node) => this.#printTableConstraint(node)),
      ...statement.like.map(printLike),
    ];
    return `${printTableHead(statement)} (${elements.join(', ')})${this.#printOptions(statement.options)}`;
  }

  #printCreateTableAs(statement: CreateTableAsStatement): string {
    const columns = when(statement.columns.length > 0, ` (${printNames(statement.columns)})`);
    const head = `${printTableHead(statement)}${columns}${this.#printOptions(statement.options)}`;
    return `${head} AS ${this.printQuery(statement.query)}${when(!statement.withData, ' WITH NO DATA')}`;
  }

  /** ` WITH (…)`, or nothing. */
  #printOptions(options: readonly Option[]): string {
    return options.length === 0 ? '' : ` WITH ${this.printOptionList(options)}`;
  }

  protected printOptionList(options: readonly Option[]): string {
    const list = options.map(({ name, value }) =>
      value === undefined
        ? printDotted(name)
        : `${printDotted(name)} = ${this.printExpression(value)}`,
    );
    return `(${list.join(', ')})`;
  }

  #printColumnDefinition(column: ColumnDefinition): string {
    const collation =
      column.collation === undefined ? '' : ` COLLATE ${printName(column.collation)}`;
    const constraints = column.constraints.map(
      (constraint) => ` ${this.#printColumnConstraint(constraint)}`,
    );
    return `${printIdentifier(column.name)} ${printType(column.type)}${collation}${constraints.join('')}`;
  }

  #printColumnConstraint(constraint: ColumnConstraint): string {
    return wrapConstraint(constraint, this.#printBareColumnConstraint(constraint));
  }

  #printBareColumnConstraint(constraint: ColumnConstraint): string {
    switch (constraint.kind) {
      case 'not-null':
        return 'NOT NULL';
      case 'nullable':
        return 'NULL';
      case 'default-value':
        return `DEFAULT ${this.printOperand(constraint.value)}`;
      case 'primary-key':
        return 'PRIMARY KEY';
      case 'unique':
        return `UNIQUE${when(!constraint.nullsDistinct, ' NULLS NOT DISTINCT')}`;
      case 'check':
        return `CHECK (${this.printExpression(constraint.condition)})`;
      case 'references':
        return printReference(constraint.reference);
      case 'generated': {
        const kind = constraint.stored ? 'STORED' : 'VIRTUAL';
        return `GENERATED ALWAYS AS (${this.printExpression(constraint.value)}) ${kind}`;
      }
      case 'identity': {
        const options = constraint.options.map((node) => this.#printSequenceOption(node)).join(' ');
        const list = constraint.options.length === 0 ? '' : ` (${options})`;
        return `GENERATED ${constraint.always ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY${list}`;
      }
    }
  }

  #printSequenceOption({ name, value }: Option): string {
    return value === undefined ? name : `${name} ${this.printExpression(value)}`;
  }

  #printTableConstraint(constraint: TableConstraint): string {
    return wrapConstraint(constraint, this.#printBareTableConstraint(constraint));
  }

  #printBareTableConstraint(constraint: TableConstraint): string {
    switch (constraint.kind) {
      case 'table-primary-key':
        return `PRIMARY KEY (${printNames(constraint.columns)})`;
      case 'table-unique': {
        const nulls = when(!constraint.nullsDistinct, ' NULLS NOT DISTINCT');
        return `UNIQUE${nulls} (${printNames(constraint.columns)})`;
      }
      case 'table-check':
        return `CHECK (${this.printExpression(constraint.condition)})`;
      case 'foreign-key':
        return `FOREIGN KEY (${printNames(constraint.columns)}) ${printReference(constraint.reference)}`;
    }
  }

  #printCreateView(statement: CreateViewStatement): string {
    const { orReplace, temporary, ifNotExists, checkOption } = statement;
    const kind = `${when(orReplace, 'OR REPLACE ')}${when(temporary, 'TEMP ')}`;
    const columns = when(statement.columns.length > 0, ` (${printNames(statement.columns)})`);
    const name = `${when(ifNotExists, 'IF NOT EXISTS ')}${printName(statement.name)}`;
    const check =
      checkOption === undefined ? '' : ` WITH ${checkOption.toUpperCase()} CHECK OPTION`;
    const head = `CREATE ${kind}VIEW ${name}${columns}${this.#printOptions(statement.options)}`;
    return `${head} AS ${this.printQuery(statement.query)}${check}`;
  }

  #printCreateIndex(statement: CreateIndexStatement): string {
    const { name, method, include, where } = statement;
    const flags = `${when(statement.concurrently, ' CONCURRENTLY')}${when(statement.ifNotExists, ' IF NOT EXISTS')}`;
    return [
      `CREATE ${when(statement.unique, 'UNIQUE ')}INDEX${flags}`,
      name === undefined ? '' : ` ${printIdentifier(name)}`,
      ` ON ${printName(statement.table)}`,
      method === undefined ? '' : ` USING ${printIdentifier(method)}`,
      ` (${statement.elements.map((node) => this.#printIndexElement(node)).join(', ')})`,
      when(include.length > 0, ` INCLUDE (${printNames(include)})`),
      when(!statement.nullsDistinct, ' NULLS NOT DISTINCT'),
      this.#printOptions(statement.options),
      where === undefined ? '' : ` WHERE ${this.printExpression(where)}`,
    ].join('');
  }

  #printIndexElement(element: IndexElement): string {
    const { expression, collation, operatorClass } = element;
    const plain = expression.kind === 'column-reference' || expression.kind === 'function-call';
    return [
      plain ? this.printExpression(expression) : `(${this.printExpression(expression)})`,
      collation === undefined ? '' : ` COLLATE ${printName(collation)}`,
      operatorClass === undefined ? '' : ` ${printName(operatorClass)}`,
      printDirection(element.descending, element.nulls),
    ].join('');
  }

  #printAction(action: AlterTableAction): string {
    switch (action.kind) {
      case 'add-column':
        return `ADD COLUMN ${when(action.ifNotExists, 'IF NOT EXISTS ')}${this.#printColumnDefinition(action.column)}`;
      case 'drop-column': {
        const name = `${when(action.ifExists, 'IF EXISTS ')}${printIdentifier(action.column)}`;
        return `DROP COLUMN ${name}${when(action.cascade, ' CASCADE')}`;
      }
      case 'rename-column':
        return `RENAME COLUMN ${printIdentifier(action.from)} TO ${printIdentifier(action.to)}`;
      case 'rename-table':
        return `RENAME TO ${printIdentifier(action.to)}`;
      case 'rename-constraint':
        return `RENAME CONSTRAINT ${printIdentifier(action.from)} TO ${printIdentifier(action.to)}`;
      case 'alter-column-type': {
        const using =
          action.using === undefined ? '' : ` USING ${this.printExpression(action.using)}`;
        return `ALTER COLUMN ${printIdentifier(action.column)} TYPE ${printType(action.type)}${using}`;
      }
      case 'alter-column-default': {
        const column = `ALTER COLUMN ${printIdentifier(action.column)}`;
        if (action.value === undefined) return `${column} DROP DEFAULT`;
        return `${column} SET DEFAULT ${this.printExpression(action.value)}`;
      }
      case 'alter-column-not-null': {
        const column = `ALTER COLUMN ${printIdentifier(action.column)}`;
        return `${column} ${action.notNull ? 'SET' : 'DROP'} NOT NULL`;
      }
      case 'add-constraint':
        return `ADD ${this.#printTableConstraint(action.constraint)}${when(action.notValid, ' NOT VALID')}`;
      case 'drop-constraint': {
        const name = `${when(action.ifExists, 'IF EXISTS ')}${printIdentifier(action.name)}`;
        return `DROP CONSTRAINT ${name}${when(action.cascade, ' CASCADE')}`;
      }
      case 'validate-constraint':
        return `VALIDATE CONSTRAINT ${printIdentifier(action.name)}`;
      case 'set-schema':
        return `SET SCHEMA ${printIdentifier(action.schema)}`;
      case 'set-options':
        return `SET ${this.printOptionList(action.options)}`;
    }
  }
}

function when(condition: boolean, text: string): string {
  return condition ? text : '';
}

function printTableHead(
  statement: Pick<CreateTableStatement, 'name' | 'temporary' | 'ifNotExists'>,
): string {
  const { name, temporary, ifNotExists } = statement;
  return `CREATE ${when(temporary, 'TEMP ')}TABLE ${when(ifNotExists, 'IF NOT EXISTS ')}${printName(name)}`;
}

function printLike({ table, options }: LikeClause): string {
  const list = options.map(
    ({ including, what }) => ` ${including ? 'INCLUDING' : 'EXCLUDING'} ${what}`,
  );
  return `LIKE ${printName(table)}${list.join('')}`;
}

function wrapConstraint(constraint: ColumnConstraint | TableConstraint, text: string): string {
  const { name, deferrable, initiallyDeferred } = constraint;
  const head = name === undefined ? '' : `CONSTRAINT ${printIdentifier(name)} `;
  return `${head}${text}${when(deferrable, ' DEFERRABLE')}${when(initiallyDeferred, ' INITIALLY DEFERRED')}`;
}

function printReference(reference: ForeignReference): string {
  const { table, columns, match, onDelete, onUpdate } = reference;
  return [
    `REFERENCES ${printName(table)}`,
    when(columns.length > 0, ` (${printNames(columns)})`),
    when(match !== 'simple', ` MATCH ${match.toUpperCase()}`),
    when(onDelete !== 'no action', ` ON DELETE ${onDelete.toUpperCase()}`),
    when(onUpdate !== 'no action', ` ON UPDATE ${onUpdate.toUpperCase()}`),
  ].join('');
}

function printDrop({ object, names, ifExists, concurrently, cascade }: DropStatement): string {
  const flags = `${when(concurrently, ' CONCURRENTLY')}${when(ifExists, ' IF EXISTS')}`;
  const list = names.map(printName).join(', ');
  return `DROP ${object.toUpperCase()}${flags} ${list}${when(cascade, ' CASCADE')}`;
}

function printTruncate({ tables, restartIdentity, cascade }: TruncateStatement): string {
  const flags = `${when(restartIdentity, ' RESTART IDENTITY')}${when(cascade, ' CASCADE')}`;
  return `TRUNCATE ${tables.map(printName).join(', ')}${flags}`;
}
