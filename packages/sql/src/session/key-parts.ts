/** Where the values of a key come from, for the short ways of statements that look at one key. */
import type { ValueContext } from '@alopex-db/core/compute';
import type { Expression } from '@alopex-db/core/exec';
import type { DataType, Scalar } from '@alopex-db/core/types';
import type { TableScan } from '../plan/physical.ts';
import { convertParameter } from './parameters.ts';
import type { SqlValue } from './session.ts';

export interface KeyPart {
  /** Index of the parameter; -1: the constant. */
  readonly parameter: number;
  readonly constant: Scalar;
}

/** Undefined unless the scan reads exactly one key, whose values are parameters and constants as they are. */
export function keyParts(scan: TableScan): readonly KeyPart[] | undefined {
  const { access } = scan;
  if (access.kind !== 'point' || access.keys.length !== 1) return undefined;
  return partsOf(access.keys[0]!);
}

/** Undefined unless the values are parameters and constants as they are. */
export function partsOf(tuple: readonly Expression[]): readonly KeyPart[] | undefined {
  const parts: KeyPart[] = [];
  for (const expression of tuple) {
    if (expression.kind === 'parameter')
      parts.push({ parameter: expression.index, constant: null });
    else if (expression.kind === 'constant') {
      parts.push({ parameter: -1, constant: expression.value });
    } else return undefined;
  }
  return parts;
}

/** The values themselves; undefined when one is null, which equals nothing. */
export function keyValues(
  parts: readonly KeyPart[],
  params: readonly SqlValue[],
  types: readonly DataType[],
  context: ValueContext,
): readonly Scalar[] | undefined {
  const values: Scalar[] = [];
  for (const { parameter, constant } of parts) {
    const value =
      parameter < 0
        ? constant
        : convertParameter(params[parameter], types[parameter]!, parameter, context);
    if (value === null) return undefined;
    values.push(value);
  }
  return values;
}
