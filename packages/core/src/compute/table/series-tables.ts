/** generate_series beside other functions; alone it has a scan of its own, which makes no scalars. */
import { AlopexError } from '../../base/errors.ts';
import { integerScalar } from '../../types/scalar-at.ts';
import type { TableFunction } from './table-function.ts';

/** Integers from the first argument to the second. */
export const integerSeries: TableFunction = {
  name: 'generate_series',
  strict: true,
  *rows([start, stop, step]) {
    const by = BigInt((step ?? 1) as number | bigint);
    if (by === 0n) throw new AlopexError('ALX_INVALID_ARGUMENT', 'step size cannot equal zero');
    const end = BigInt(stop as number | bigint);
    for (
      let next = BigInt(start as number | bigint);
      by > 0n ? next <= end : next >= end;
      next += by
    )
      yield [integerScalar(next)];
  },
};
