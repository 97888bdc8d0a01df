/**
 * Files that import each other in a circle: such files can be neither read nor moved alone.
 *
 * A circle that exists at run time is always an error. One that exists only because of types is an error as soon as it
 * crosses folders; within one folder, types may be mutually recursive (an expression holds a query, a query expressions).
 * Tarjan's algorithm (1972) finds the strongly connected components; each is reported once, with its members.
 */
import { posix } from 'node:path';
import type { Finding } from '../finding.ts';
import { moduleGraph, type Edge } from '../module-graph.ts';
import type { Repository } from '../repository.ts';

type Graph = ReadonlyMap<string, readonly Edge[]>;

export function importCycles(repository: Repository): readonly Finding[] {
  const graph = moduleGraph(repository);
  const atRunTime = circles(withoutTypes(graph));
  const acrossFolders = circles(graph).filter(
    (members) => new Set(members.map((path) => posix.dirname(path))).size > 1,
  );
  const reported = new Set(atRunTime.flat());
  return [
    ...atRunTime.map((members) => finding(graph, members, 'at run time')),
    ...acrossFolders
      .filter((members) => !members.some((path) => reported.has(path)))
      .map((members) => finding(graph, members, 'of types across folders')),
  ];
}

function withoutTypes(graph: Graph): Graph {
  return new Map(
    [...graph].map(([path, edges]) => [path, edges.filter((edge) => !edge.import.typeOnly)]),
  );
}

function circles(graph: Graph): readonly (readonly string[])[] {
  return components(graph)
    .filter((members) => members.length > 1)
    .map((members) => members.toSorted());
}

function finding(graph: Graph, members: readonly string[], kind: string): Finding {
  const [first = ''] = members;
  const edge = graph.get(first)?.find((one) => members.includes(one.to));
  return {
    severity: 'error',
    file: first,
    line: edge?.import.line ?? 0,
    rule: 'import-cycle',
    message: `a circle ${kind} of ${members.length} files: ${members.join(', ')}`,
    cure: 'Move what both need into a file below them.',
  };
}

interface Visit {
  readonly index: number;
  low: number;
  onStack: boolean;
}

function components(graph: Graph): string[][] {
  const visits = new Map<string, Visit>();
  const stack: string[] = [];
  const found: string[][] = [];

  const enter = (path: string): Visit => {
    const visit = { index: visits.size, low: visits.size, onStack: true };
    visits.set(path, visit);
    stack.push(path);
    for (const edge of graph.get(path) ?? []) {
      const seen = visits.get(edge.to);
      if (seen === undefined) visit.low = Math.min(visit.low, enter(edge.to).low);
      else if (seen.onStack) visit.low = Math.min(visit.low, seen.index);
    }
    if (visit.low === visit.index) found.push(popComponent(path));
    return visit;
  };

  const popComponent = (root: string): string[] => {
    const members = stack.splice(stack.lastIndexOf(root));
    for (const member of members) {
      const visit = visits.get(member);
      if (visit !== undefined) visit.onStack = false;
    }
    return members;
  };

  for (const path of graph.keys()) if (!visits.has(path)) enter(path);
  return found;
}
