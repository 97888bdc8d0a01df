/**
 * Subqueries inside expressions. Without outer values one runs once an execution, at the first row that asks; with outer
 * values once per distinct tuple of them, remembered up to a bound.
 *
 * A subquery runs to its answer inside one expression call, so it cannot wait: `PENDING` is ALX_UNSUPPORTED here. The
 * planner turns what it can into joins, which do wait.
 */
import { PENDING } from '../base/pending.ts';
import { AlopexError } from '../base/errors.ts';
import { bytesToKey } from '../compute/byte-string-key.ts';
import { compareScalars } from '../compute/compare.ts';
import type { ComparisonOperator } from '../compute/compare.ts';
import { ValueSet } from '../compute/value-set.ts';
import type { Batch } from '../types/batch.ts';
import { createColumnBuilder } from '../types/create-column-builder.ts';
import { BOOLEAN } from '../types/data-type.ts';
import type { DataType } from '../types/data-type.ts';
import { OrderKeyWriter, ascendingKey } from '../types/order-key.ts';
import { isValid } from '../types/column-vector.ts';
import { presentScalarAt, scalarAt } from '../types/scalar-at.ts';
import type { Scalar } from '../types/scalar.ts';
import { toVector, vectorNode } from './compiled-node.ts';
import type { CompiledNode, ExpressionCompiler } from './compiled-node.ts';
import type { ExpressionRuntime, SubqueryExpression } from './expression.ts';

/** Answers kept for distinct outer tuples of one subquery; all are dropped when there are more. */
const REMEMBERED_MAX = 10_000;

/** What a run of the subquery says about one probe value (null where the mode has no probe). */
type Answer = (probe: Scalar) => Scalar;

export function compileSubquery(
  compiler: ExpressionCompiler,
  expression: SubqueryExpression,
): CompiledNode {
  const { runtime } = compiler;
  const run = answerMaker(expression, runtime);
  const outer = expression.outer.map((child) => toVector(compiler.compile(child)));
  const outerTypes = expression.outer.map((child) => child.type);
  const probe =
    expression.probe === undefined ? undefined : toVector(compiler.compile(expression.probe));
  const remember = rememberAnswers(outerTypes, run);
  const builder = createColumnBuilder(expression.type);
  return vectorNode(expression.type, (batch) => {
    builder.clear();
    const probes = probe?.(batch);
    const outerColumns = outer.map((evaluate) => evaluate(batch));
    for (let row = 0; row < batch.rowCount; row += 1) {
      const answer = remember(outerColumns.map((column) => scalarAt(column, row)));
      builder.append(answer(probes === undefined ? null : scalarAt(probes, row)));
    }
    return builder.view();
  });
}

function rememberAnswers(
  types: readonly DataType[],
  run: (outer: readonly Scalar[]) => Answer,
): (outer: readonly Scalar[]) => Answer {
  if (types.length === 0) {
    let answer: Answer | undefined;
    return (outer) => (answer ??= run(outer));
  }
  const columns = types.map((type) => ascendingKey(type, true));
  const writer = new OrderKeyWriter();
  const answers = new Map<string, Answer>();
  return (outer) => {
    writer.reset();
    columns.forEach((column, index) => writer.writeScalar(column, outer[index]!));
    const key = bytesToKey(writer.bytes, 0, writer.length);
    const known = answers.get(key);
    if (known !== undefined) return known;
    if (answers.size >= REMEMBERED_MAX) answers.clear();
    const answer = run(outer);
    answers.set(key, answer);
    return answer;
  };
}

function answerMaker(
  expression: SubqueryExpression,
  runtime: ExpressionRuntime,
): (outer: readonly Scalar[]) => Answer {
  const { plan } = expression;
  switch (expression.mode) {
    case 'scalar':
      return (outer) => {
        const value = singleValue(runtime, plan, outer);
        return () => value;
      };
    case 'exists':
      return (outer) => {
        let found = false;
        for (const batch of openedBatches(runtime, plan, outer)) {
          found = batch.rowCount > 0;
          break;
        }
        return () => found;
      };
    case 'compare': {
      const all = expression.quantifier === 'all';
      const operator = expression.operator ?? '=';
      const type = expression.probe?.type ?? BOOLEAN;
      return (outer) => {
        const any = anyAnswer(runtime, plan, outer, type, all ? NEGATED[operator] : operator);
        // `p op ALL s` is NOT (p negated-op ANY s), in three-valued logic too.
        return all ? (probe) => negate(any(probe)) : any;
      };
    }
  }
}

const NEGATED: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
};

function negate(value: Scalar): Scalar {
  return value === null ? null : value !== true;
}

/** Runs a subquery; leaving the loop early closes it. */
function* openedBatches(
  runtime: ExpressionRuntime,
  plan: object,
  outer: readonly Scalar[],
): Generator<Batch, void, void> {
  for (const batch of runtime.openSubquery(plan, outer)) {
    if (batch === PENDING) {
      throw new AlopexError(
        'ALX_UNSUPPORTED',
        'a subquery inside an expression cannot wait for data',
        {
          hint: 'Write it as a join, or read the subquery into a temporary result first.',
        },
      );
    }
    yield batch;
  }
}

function singleValue(runtime: ExpressionRuntime, plan: object, outer: readonly Scalar[]): Scalar {
  let value: Scalar = null;
  let rows = 0;
  for (const batch of openedBatches(runtime, plan, outer)) {
    rows += batch.rowCount;
    if (rows > 1) {
      throw new AlopexError(
        'ALX_CARDINALITY',
        'more than one row returned by a subquery used as an expression',
      );
    }
    if (batch.rowCount === 1) value = scalarAt(batch.columns[0]!, 0);
  }
  return value;
}

/** `probe operator ANY (subquery)`. Equality asks a set; an order only needs the least and the greatest value. */
function anyAnswer(
  runtime: ExpressionRuntime,
  plan: object,
  outer: readonly Scalar[],
  type: DataType,
  operator: ComparisonOperator,
): Answer {
  const set = operator === '=' ? new ValueSet(type) : undefined;
  let least: Scalar = null;
  let greatest: Scalar = null;
  let rows = 0;
  let sawNull = false;
  for (const batch of openedBatches(runtime, plan, outer)) {
    const column = batch.columns[0]!;
    rows += batch.rowCount;
    for (let row = 0; row < batch.rowCount; row += 1) {
      if (!isValid(column, row)) {
        sawNull = true;
        continue;
      }
      const value = presentScalarAt(column, row);
      if (set !== undefined) set.add(value!);
      if (least === null || compareScalars(type, value, least) < 0) least = value;
      if (greatest === null || compareScalars(type, value, greatest) > 0) greatest = value;
    }
  }
  const member = new SingleProbe(type);
  return (probe) => {
    if (rows === 0) return false;
    if (probe === null) return null;
    const found =
      least !== null &&
      (set === undefined
        ? holdsForSome(operator, type, probe, least, greatest)
        : member.isIn(set, probe));
    if (found) return true;
    return sawNull ? null : false;
  };
}

function holdsForSome(
  operator: ComparisonOperator,
  type: DataType,
  probe: Scalar,
  least: Scalar,
  greatest: Scalar,
): boolean {
  switch (operator) {
    case '=':
      return false; // asked of the set
    case '<>':
      return (
        compareScalars(type, probe, least) !== 0 || compareScalars(type, probe, greatest) !== 0
      );
    case '<':
      return compareScalars(type, probe, greatest) < 0;
    case '<=':
      return compareScalars(type, probe, greatest) <= 0;
    case '>':
      return compareScalars(type, probe, least) > 0;
    case '>=':
      return compareScalars(type, probe, least) >= 0;
  }
}

/** Asks a `ValueSet` about one scalar. */
class SingleProbe {
  readonly #type: DataType;
  readonly #out = new Uint8Array(1);

  constructor(type: DataType) {
    this.#type = type;
  }

  isIn(set: ValueSet, value: Scalar): boolean {
    const builder = createColumnBuilder(this.#type, 1);
    builder.append(value);
    set.contains(builder.view(), 1, this.#out);
    return this.#out[0] !== 0;
  }
}
