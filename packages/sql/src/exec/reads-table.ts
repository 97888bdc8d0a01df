/**
 * Whether running a plan may read a table. A writer whose source does must have read it to the end before it writes the
 * first row: else it could meet its own rows (the Halloween problem).
 */
import type { PhysicalPlan } from '../plan/physical.ts';

export function readsTable(plan: PhysicalPlan, tableId: number): boolean {
  return search(plan, tableId, new Set());
}

// Plans hide in expressions (subqueries) and shared definitions (CTEs), so every record is looked into, each once.
function search(node: object, tableId: number, seen: Set<object>): boolean {
  if (seen.has(node)) return false;
  seen.add(node);
  if ('kind' in node && (node.kind === 'table-scan' || node.kind === 'vector-top-k')) {
    const { table } = node as { readonly table?: { readonly id: number } };
    if (table?.id === tableId) return true;
  }
  return Object.entries(node).some(
    ([name, value]) =>
      name !== 'function' &&
      typeof value === 'object' &&
      value !== null &&
      !ArrayBuffer.isView(value) &&
      search(value as object, tableId, seen),
  );
}
