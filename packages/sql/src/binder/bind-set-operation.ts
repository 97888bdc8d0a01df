/** UNION, INTERSECT, EXCEPT: both sides brought to the same column types; names come from the left. */
import type { QueryBody, SetOperation } from '../ast/query.ts';
import { errorAt } from '../errors.ts';
import { unsupported } from './bind-error.ts';
import { typesDiffer } from './bind-conditional.ts';
import { coerceColumns } from './coerce-query.ts';
import { exactPlan } from './exact-plan.ts';
import type { BoundQuery, QueryPlace } from './expression-context.ts';
import { commonTypeOf } from './type-rules.ts';

export function bindSetOperation(
  node: SetOperation,
  place: QueryPlace,
  bindBody: (body: QueryBody, place: QueryPlace) => BoundQuery,
): BoundQuery {
  if (node.byName) throw unsupported('set operations BY NAME', node.span);
  const open = { ...place, keepUnknown: true };
  const left = bindBody(node.left, open);
  const right = bindBody(node.right, open);
  const name = node.operation.toUpperCase();
  if (left.columns.length !== right.columns.length) {
    throw errorAt(
      'ALX_ROW_WIDTH',
      `each ${name} query must have the same number of columns`,
      node.right.span,
    );
  }
  const types = left.columns.map((column, index) => {
    const other = right.columns[index]!;
    const common = commonTypeOf([column.type, other.type]);
    if ('type' in common) return common.type;
    throw typesDiffer(name, column.type, other.type, node.right.span);
  });
  const leftSide = coerceColumns(place.state, left, types, node.left.span);
  const rightSide = coerceColumns(place.state, right, types, node.right.span);
  const columns = types.map((type, index) =>
    place.state.newColumn({
      name: left.columns[index]!.name,
      type,
      nullable: left.columns[index]!.nullable || right.columns[index]!.nullable,
    }),
  );
  const plan = {
    kind: 'set-operation' as const,
    operation: node.operation,
    all: node.all,
    left: exactPlan(leftSide),
    right: exactPlan(rightSide),
    columns,
  };
  return { plan, columns };
}
