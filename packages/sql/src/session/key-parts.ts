/** Where the values of a whole primary key come from, for the short ways of statements that touch one row. */
import type { Scalar } from '@alopex-db/core/types';
import type { TableScan } from '../plan/physical.ts';

export interface KeyPart {
  /** Index of the parameter; -1: the constant. */
  readonly parameter: number;
  readonly constant: Scalar;
}

/** Undefined unless the scan reads exactly one key, whose values are parameters and constants as they are. */
export function keyParts(scan: TableScan): readonly KeyPart[] | undefined {
  const { access } = scan;
  if (access.kind !== 'point' || access.keys.length !== 1) return undefined;
  const parts: KeyPart[] = [];
  for (const expression of access.keys[0]!) {
    if (expression.kind === 'parameter')
      parts.push({ parameter: expression.index, constant: null });
    else if (expression.kind === 'constant') {
      parts.push({ parameter: -1, constant: expression.value });
    } else return undefined;
  }
  return parts;
}
