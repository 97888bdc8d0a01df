/**
 * EXPLAIN: a plan as text in PostgreSQL's manner, or as JSON. With ANALYZE the executor hands in what it measured.
 *
 *   Top-K  (rows=10 cost=163.2)
 *     Sort Key: price DESC
 *     ->  Seq Scan on products p  (rows=250 cost=160.0) (actual rows=248 loops=1 time=0.412 ms)
 *           Filter: (stock > 0)
 */
import { describePlan, type PlanDescription } from './describe-plan.ts';
import type { PhysicalPlan } from './physical.ts';

/** What one node did in an execution, over all its loops. */
export interface NodeMeasure {
  readonly rows: number;
  /** How often it was opened. */
  readonly loops: number;
  /** Its inputs included. */
  readonly timeMs: number;
  /** Memory it held at the most; undefined where it keeps nothing. */
  readonly bytes?: number | undefined;
  /** What its searches of a vector index did; undefined where none was used. */
  readonly indexSearch?: IndexSearchMeasure | undefined;
}

export interface IndexSearchMeasure {
  readonly ef: number;
  /** Tables asked, and how many of them by a graph, at the last search. */
  readonly segments: number;
  readonly graphs: number;
  readonly visited: number;
  readonly distances: number;
  readonly rescored: number;
}

export type PlanMeasures = ReadonlyMap<PhysicalPlan, NodeMeasure>;

/** Several lines without a line break at the end. `verbose` also shows what projections put out. */
export function explainText(
  plan: PhysicalPlan,
  options: {
    readonly measures?: PlanMeasures | undefined;
    readonly verbose?: boolean | undefined;
  } = {},
): string {
  const lines: string[] = [];
  writeNode(describePlan(plan), 0, '', options, lines);
  return lines.join('\n');
}

function writeNode(
  node: PlanDescription,
  depth: number,
  arrow: string,
  options: Parameters<typeof explainText>[1] & object,
  lines: string[],
): void {
  const indent = ' '.repeat(depth);
  lines.push(`${indent}${arrow}${headline(node)}${figures(node, options.measures)}`);
  const inner = depth + arrow.length + 2;
  for (const detail of node.details) {
    if (detail.label === 'Output' && options.verbose !== true) continue;
    lines.push(`${' '.repeat(inner)}${detail.label}: ${detail.value}`);
  }
  const search = options.measures?.get(node.plan)?.indexSearch;
  if (search !== undefined) lines.push(`${' '.repeat(inner)}${searchText(search)}`);
  for (const { label, child } of node.attached) {
    lines.push(`${' '.repeat(inner)}${label}`);
    writeNode(child, inner + 2, '->  ', options, lines);
  }
  for (const child of node.children) writeNode(child, inner, '->  ', options, lines);
}

function searchText(search: IndexSearchMeasure): string {
  const parts = Object.entries(search).map(([name, value]) => `${name}=${String(value)}`);
  return `Index Search: ${parts.join(' ')}`;
}

function headline(node: PlanDescription): string {
  const relation = node.relation === undefined ? '' : ` on ${node.relation}`;
  return `${node.title}${relation}${node.alias === undefined ? '' : ` ${node.alias}`}`;
}

function figures(node: PlanDescription, measures: PlanMeasures | undefined): string {
  const estimate = `  (rows=${Math.round(node.plan.rows)} cost=${node.plan.cost.toFixed(1)})`;
  if (measures === undefined) return estimate;
  const measure = measures.get(node.plan);
  if (measure === undefined) return `${estimate} (never executed)`;
  const bytes = measure.bytes === undefined ? '' : ` memory=${Math.ceil(measure.bytes / 1_024)} kB`;
  return `${estimate} (actual rows=${measure.rows} loops=${measure.loops} time=${measure.timeMs.toFixed(3)} ms${bytes})`;
}

/** PostgreSQL's shape: an array with one object that holds the root under `Plan`. */
export function explainJson(plan: PhysicalPlan, measures?: PlanMeasures): unknown {
  return [{ Plan: jsonNode(describePlan(plan), measures, undefined) }];
}

function jsonNode(
  node: PlanDescription,
  measures: PlanMeasures | undefined,
  label: string | undefined,
): object {
  const { plan } = node;
  const measure = measures?.get(plan);
  const children = [
    ...node.attached.map((one) => jsonNode(one.child, measures, one.label)),
    ...node.children.map((child) => jsonNode(child, measures, undefined)),
  ];
  return {
    'Node Type': node.title,
    ...(label === undefined ? {} : { 'Subplan Name': label }),
    ...(node.relation === undefined
      ? {}
      : { 'Relation Name': node.relation, Alias: node.alias ?? node.relation }),
    'Plan Rows': Math.round(plan.rows),
    'Total Cost': Number(plan.cost.toFixed(1)),
    ...(measure === undefined
      ? {}
      : {
          'Actual Rows': measure.rows,
          'Actual Loops': measure.loops,
          'Actual Total Time': measure.timeMs,
          ...(measure.bytes === undefined ? {} : { 'Peak Memory Usage': measure.bytes }),
          ...(measure.indexSearch === undefined ? {} : { 'Index Search': measure.indexSearch }),
        }),
    ...Object.fromEntries(node.details.map((detail) => [detail.label, detail.value])),
    ...(children.length === 0 ? {} : { Plans: children }),
  };
}
