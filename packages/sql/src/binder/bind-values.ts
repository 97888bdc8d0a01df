/** VALUES as a query: rows of equal width, columns of common types. */
import type { Values } from '../ast/query.ts';
import { errorAt } from '../errors.ts';
import { isNullable } from './nullability.ts';
import { bindOperand } from './bind-comparison.ts';
import { typesDiffer } from './bind-conditional.ts';
import { coerceImplicitly } from './coerce.ts';
import type { BoundQuery, ExpressionContext, QueryPlace } from './expression-context.ts';
import { Scope } from './scope.ts';
import { commonTypeOf, isUnknown } from './type-rules.ts';

export function bindValues(values: Values, place: QueryPlace): BoundQuery {
  const context = valuesContext(place);
  const width = values.rows[0]!.length;
  const rows = values.rows.map((row) => {
    if (row.length !== width) {
      throw errorAt(
        'ALX_ROW_WIDTH',
        'VALUES lists must all be the same length',
        row[0]?.span ?? values.span,
      );
    }
    return row.map((node) => bindOperand(node, context));
  });
  const types = Array.from({ length: width }, (_, index) => {
    const column = rows.map((row) => row[index]!);
    const found = column.map((operand) => operand.expression.type);
    if (place.keepUnknown && found.every(isUnknown)) return found[0]!;
    const common = commonTypeOf(found);
    if ('type' in common) return common.type;
    throw typesDiffer('VALUES', found[0]!, found[common.misfit]!, column[common.misfit]!.span);
  });
  const tuples = rows.map((row) =>
    row.map((operand, index) =>
      coerceImplicitly(place.state, operand.expression, types[index]!, operand.span)!,
    ),
  );
  const columns = types.map((type, index) =>
    place.state.newColumn({
      name: `column${index + 1}`,
      type,
      nullable: tuples.some((tuple) => isNullable(tuple[index]!, () => true)),
    }),
  );
  return { plan: { kind: 'values', columns, tuples }, columns };
}

export function valuesContext(place: QueryPlace): ExpressionContext {
  return {
    state: place.state,
    scope: new Scope([], place.outer),
    clause: 'VALUES',
    aggregates: undefined,
    aliases: undefined,
    withQueries: place.withQueries,
    parent: place.parent,
    bind: place.bind,
  };
}
