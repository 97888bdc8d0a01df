/** Arrays, maps and texts as rows. */
import type { ArrayValue, StructValue } from '../../types/nested-value.ts';
import type { Scalar } from '../../types/scalar.ts';
import { splitText } from '../nested/array-functions.ts';
import type { TableFunction } from './table-function.ts';

/** A row for each element, whatever the dimensions. */
const unnest: TableFunction = {
  name: 'unnest',
  strict: true,
  *rows([array]) {
    for (const element of (array as ArrayValue).elements) yield [element];
  },
};

/** A row of key and value for each entry. */
const unnestMap: TableFunction = {
  name: 'unnest',
  strict: true,
  *rows([map]) {
    for (const entry of (map as ArrayValue).elements) yield (entry as StructValue).fields;
  },
};

/** The positions of an array along a dimension; from the last if told. */
const subscripts: TableFunction = {
  name: 'generate_subscripts',
  strict: true,
  *rows([array, dimension, reverse]) {
    const { lengths, lowerBounds } = array as ArrayValue;
    const length = lengths[(dimension as number) - 1] ?? 0;
    const first = lowerBounds[(dimension as number) - 1] ?? 1;
    for (let index = 0; index < length; index += 1)
      yield [reverse === true ? first + length - 1 - index : first + index];
  },
};

/** As string_to_array. */
const textParts: TableFunction = {
  name: 'string_to_table',
  strict: false,
  *rows([text, delimiter, nullText]) {
    if (text === null) return;
    for (const part of splitText(text as string, delimiter as string | null)) {
      const shown: Scalar = part === nullText ? null : part;
      yield [shown];
    }
  },
};

export const arrayTables = { subscripts, textParts, unnest, unnestMap } as const;
