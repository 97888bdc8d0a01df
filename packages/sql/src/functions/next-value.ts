/** Values of sequences: taken outside the transaction and never given back, so writers need not wait for each other. */
import { AlopexError } from '@alopex-db/core/base';
import type { ScalarFunction } from '@alopex-db/core/exec';
import { columnFromScalars, integerScalar, typeName } from '@alopex-db/core/types';

/** Hands out numbers that nobody else gets, in rising order within one process. */
export interface SequenceSource {
  next(sequenceId: number): number;
}

const LARGEST: Readonly<Record<string, number>> = { int16: 32_767, int32: 2_147_483_647 };

export function nextValueFunction(sequences: SequenceSource, sequenceId: number): ScalarFunction {
  return {
    name: 'nextval',
    volatility: 'volatile',
    onNull: 'call',
    evaluate: (_args, rowCount, type) => {
      const values = Array.from({ length: rowCount }, () => {
        const value = sequences.next(sequenceId);
        if (value > (LARGEST[type.kind] ?? Number.MAX_SAFE_INTEGER)) {
          throw new AlopexError(
            'ALX_OUT_OF_RANGE',
            `the sequence has used up all values of ${typeName(type)}`,
          );
        }
        return integerScalar(value);
      });
      return columnFromScalars(type, values);
    },
  };
}
