/** From physical plans to running operators: each node once, its inputs opened through the context. */
import { unreachable } from '@alopex-db/core/base';
import {
  aggregate,
  apply,
  distinct,
  emitRows,
  filter,
  hashJoin,
  limit,
  nestedLoopJoin,
  project,
  recursiveUnion,
  setOperation,
  sort,
  topK,
  values,
  window,
  type BatchIterator,
} from '@alopex-db/core/exec';
import type { DataType, Scalar } from '@alopex-db/core/types';
import type { PhysicalPlan, PlanColumn } from '../plan/physical.ts';
import { cteScan } from './cte-scan.ts';
import { deleteRows } from './delete.ts';
import { insert } from './insert.ts';
import { integrityCheck } from './integrity-check.ts';
import { lockRows } from './lock-rows.ts';
import { lookupJoin } from './lookup-join.ts';
import { functionRows } from './function-rows.ts';
import { seriesScan } from './series-scan.ts';
import { rowCountOf } from './row-count.ts';
import type { StatementContext } from './statement-context.ts';
import { tableScan } from './table-scan.ts';
import { update } from './update.ts';
import { vectorTopK } from './vector-top-k.ts';

export function openPlan(plan: PhysicalPlan, context: StatementContext): BatchIterator {
  const open = (input: PhysicalPlan): BatchIterator => context.open(input);
  switch (plan.kind) {
    case 'table-scan':
      return tableScan(plan, context);
    case 'vector-top-k':
      return vectorTopK(plan, context);
    case 'values':
      return values(plan.tuples, typesOf(plan.columns), context);
    case 'series':
      return seriesScan(plan, context);
    case 'function-scan':
      return functionRows(plan, context);
    case 'integrity-check':
      return integrityCheck(plan, context);
    case 'filter':
      return filter(open(plan.input), plan.predicate, context);
    case 'project':
      return project(open(plan.input), plan.expressions, context);
    case 'apply':
      return openApply(plan, context);
    case 'lock-rows':
      return lockRows(plan, context);
    case 'limit':
      return openLimit(plan, context);
    case 'cte-scan':
      return cteScan(plan.cte, context);
    case 'working-scan':
      return emitRows(context.workingRows(plan.working));
    case 'insert':
      return insert(plan, context);
    case 'update':
      return update(plan, context);
    case 'delete':
      return deleteRows(plan, context);
    case 'distinct':
      return distinct(open(plan.input), typesOf(plan.input.columns), context);
    default:
      return openBlocking(plan, context);
  }
}

type BlockingPlan = Extract<
  PhysicalPlan,
  {
    readonly kind:
      | 'hash-join'
      | 'nested-loop-join'
      | 'aggregate'
      | 'window'
      | 'sort'
      | 'top-k'
      | 'set-operation'
      | 'recursive-union';
  }
>;

/** Operators that hold rows: they answer to the memory budget in the context. */
function openBlocking(plan: BlockingPlan, context: StatementContext): BatchIterator {
  const open = (input: PhysicalPlan): BatchIterator => context.open(input);
  switch (plan.kind) {
    case 'hash-join':
    case 'nested-loop-join':
      return openJoin(plan, context);
    case 'aggregate':
      return aggregate(open(plan.input), plan.groups, plan.aggregates, context, context);
    case 'window': {
      const { partitionBy, orderBy, calls } = plan;
      const types = typesOf(plan.input.columns);
      return window(open(plan.input), { types, partitionBy, orderBy, calls }, context, context);
    }
    case 'sort':
      return sort(open(plan.input), typesOf(plan.input.columns), plan.keys, context, context);
    case 'top-k':
      return openTopK(plan, context);
    case 'recursive-union':
      return openRecursion(plan, context);
    case 'set-operation':
      return setOperation(
        {
          operation: plan.operation,
          all: plan.all,
          left: open(plan.left),
          right: open(plan.right),
          types: typesOf(plan.columns),
        },
        context,
      );
    default:
      return unreachable(plan);
  }
}

type RecursivePlan = Extract<PhysicalPlan, { readonly kind: 'recursive-union' }>;

function openRecursion(plan: RecursivePlan, context: StatementContext): BatchIterator {
  return recursiveUnion(
    {
      anchor: context.open(plan.anchor),
      step: (rows) => {
        context.setWorkingRows(plan.working, rows);
        return context.open(plan.step);
      },
      all: plan.all,
      types: typesOf(plan.columns),
    },
    context,
  );
}

type JoinPlan = Extract<PhysicalPlan, { readonly kind: 'hash-join' | 'nested-loop-join' }>;

function openJoin(plan: JoinPlan, context: StatementContext): BatchIterator {
  if (plan.kind === 'hash-join' && plan.lookup !== undefined && plan.right.kind === 'table-scan') {
    return lookupJoin({ join: plan, right: plan.right, lookup: plan.lookup }, context);
  }
  const sides = {
    kind: plan.join,
    left: context.open(plan.left),
    right: context.open(plan.right),
    leftTypes: typesOf(plan.left.columns),
    rightTypes: typesOf(plan.right.columns),
  };
  if (plan.kind === 'nested-loop-join') {
    return nestedLoopJoin({ ...sides, condition: plan.condition }, context, context);
  }
  const { leftKeys, rightKeys, residual } = plan;
  return hashJoin({ ...sides, leftKeys, rightKeys, residual }, context, context);
}

type ApplyPlan = Extract<PhysicalPlan, { readonly kind: 'apply' }>;

function openApply(plan: ApplyPlan, context: StatementContext): BatchIterator {
  const { outer, condition } = plan;
  const options = {
    kind: plan.join,
    left: context.open(plan.left),
    openRight: (values: readonly Scalar[]) => context.openDependent(plan.right, values),
    leftTypes: typesOf(plan.left.columns),
    rightTypes: typesOf(plan.right.columns),
    outer,
    condition,
  };
  return apply(options, context, context);
}

type TopKPlan = Extract<PhysicalPlan, { readonly kind: 'top-k' }>;

/** LIMIT NULL is no limit: then every row is wanted, in order. */
function openTopK(plan: TopKPlan, context: StatementContext): BatchIterator {
  const rowsMax = rowCountOf(plan.limit, 'LIMIT', context);
  const offset = rowCountOf(plan.offset, 'OFFSET', context) ?? 0;
  const types = typesOf(plan.input.columns);
  const input = context.open(plan.input);
  if (rowsMax === undefined) {
    return limit(sort(input, types, plan.keys, context, context), undefined, offset);
  }
  return topK(input, { types, keys: plan.keys, limit: rowsMax, offset }, context, context);
}

type LimitPlan = Extract<PhysicalPlan, { readonly kind: 'limit' }>;

function openLimit(plan: LimitPlan, context: StatementContext): BatchIterator {
  const rowsMax = rowCountOf(plan.limit, 'LIMIT', context);
  const offset = rowCountOf(plan.offset, 'OFFSET', context) ?? 0;
  return limit(context.open(plan.input), rowsMax, offset);
}

function typesOf(columns: readonly PlanColumn[]): readonly DataType[] {
  return columns.map(({ type }) => type);
}
