/** What the binding of one statement shares: column ids, parameter types, WITH queries. The only mutable part of the binder. */
import { NULL_TYPE, TEXT, equalTypes, typeName, type DataType } from '@alopex-db/core/types';
import type { Expression } from '@alopex-db/core/exec';
import type { Span } from '../ast/span.ts';
import type { LogicalColumn, LogicalCte } from '../plan/logical.ts';
import type { CompileContext } from '../planner/compile-context.ts';
import { errorAt } from '../errors.ts';

/** What a new column is called and holds; its id comes from the state. */
export type ColumnSeed = Omit<LogicalColumn, 'id'>;

export class BindState {
  readonly context: CompileContext;
  readonly ctes: LogicalCte[] = [];
  readonly #parameterTypes: (DataType | undefined)[];
  #nextId = 0;
  #usedHints = false;
  /** Where column references were written, for errors found after binding. */
  readonly #spans = new WeakMap<Expression, Span>();
  /** Views being bound, outermost first: a view that reads itself is an error, not a loop. */
  readonly viewStack: string[] = [];
  /** Columns that hold a vector score, so that sorting by one keeps the rules of scores (SPEC 3). */
  readonly scoreIds = new Set<number>();
  /** Ids of tables and views read so far. */
  readonly relationIds = new Set<number>();

  constructor(context: CompileContext, parameterCount: number) {
    this.context = context;
    this.#parameterTypes = Array.from(
      { length: parameterCount },
      (_, index) => context.declaredParameterTypes?.[index],
    );
  }

  newColumn(seed: ColumnSeed): LogicalColumn {
    return { ...seed, id: this.nextColumnId() };
  }

  nextColumnId(): number {
    const id = this.#nextId;
    this.#nextId += 1;
    return id;
  }

  /** Remembers where a reference was written. */
  noteSpan(expression: Expression, span: Span): Expression {
    this.#spans.set(expression, span);
    return expression;
  }

  spanOf(expression: Expression): Span | undefined {
    return this.#spans.get(expression);
  }

  /** A reference to a parameter, with the type known so far. */
  parameter(index: number, span: Span): Expression {
    if (index < 0 || index >= this.#parameterTypes.length) {
      throw errorAt('ALX_PARAMETER', `there is no parameter $${index + 1}`, span);
    }
    return { kind: 'parameter', type: this.#parameterTypes[index] ?? NULL_TYPE, index };
  }

  /** Settles the type of a parameter nobody had typed, from where it stands. */
  typeParameter(index: number, type: DataType, span: Span): void {
    const known = this.#parameterTypes[index];
    if (known !== undefined && known.kind !== type.kind) {
      throw errorAt(
        'ALX_TYPE_MISMATCH',
        `inconsistent types deduced for parameter $${index + 1}`,
        span,
        {
          detail: `${typeName(known)} versus ${typeName(type)}`,
          hint: 'Write a cast where the parameter stands, as in $1::text.',
        },
      );
    }
    // `vector` before `vector(3)`: the narrower type lets the session refuse a wrong value before anything runs.
    if (known === undefined || (known.kind === 'vector' && !equalTypes(known, type)))
      this.#parameterTypes[index] = type;
  }

  parameterType(index: number): DataType | undefined {
    return this.#parameterTypes[index];
  }

  /** What a parameter is where nothing else tells: the type of the value at hand, else text, as in PostgreSQL. */
  hintedType(index: number): DataType {
    const hints = this.context.parameterHints;
    if (hints !== undefined) this.#usedHints = true;
    return hints?.[index] ?? TEXT;
  }

  /** True once a hint decided a type: the compiled statement then holds for these hints only. */
  get usedHints(): boolean {
    return this.#usedHints;
  }

  /** Settles what is still open and answers all types. */
  finishParameters(): readonly DataType[] {
    const types = this.#parameterTypes.map((type, index) => type ?? this.hintedType(index));
    types.forEach((type, index) => {
      this.#parameterTypes[index] = type;
    });
    return types;
  }
}
