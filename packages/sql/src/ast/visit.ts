/**
 * Walks over trees without recursion, so that their depth never matters. Children are found by shape: whatever a node's
 * fields hold that has a `kind`, in the order of the fields, which is the order of the text but for infix operators.
 */
import type { Span } from './span.ts';

/** What all nodes of this folder have in common. */
export interface Node {
  readonly kind: string;
  readonly span?: Span | undefined;
}

/** The nodes directly below `node`. */
export function childNodes(node: Node): Node[] {
  const children: Node[] = [];
  for (const [field, value] of Object.entries(node)) {
    if (field !== 'span') collect(value, children);
  }
  return children;
}

function collect(value: unknown, into: Node[]): void {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  if (Array.isArray(value)) for (const entry of value) collect(entry, into);
  else if (isNode(value)) into.push(value);
  // Records between nodes, such as the `{ column, value }` of REPLACE.
  else for (const entry of Object.values(value)) collect(entry, into);
}

function isNode(value: object): value is Node {
  return 'kind' in value && typeof value.kind === 'string';
}

/** Calls `visit` for `root` and all below it, parents first. `visit` answering false leaves out what is below. */
export function walk(root: Node, visit: (node: Node) => boolean | void): void {
  const stack = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (visit(node) === false) continue;
    const children = childNodes(node);
    for (let i = children.length - 1; i >= 0; i--) stack.push(children[i]!);
  }
}

/** Whether some path from `root` down has more than `limit` nodes. */
export function isDeeperThan(root: Node, limit: number): boolean {
  let level = [root];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > limit) return true;
    level = level.flatMap(childNodes);
  }
  return false;
}
