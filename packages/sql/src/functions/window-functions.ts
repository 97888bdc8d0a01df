/** Functions that only exist over a window. */
import type { WindowFunctionName } from '@alopex-db/core/exec';
import { FLOAT64, INT32, INT64, type DataType } from '@alopex-db/core/types';
import type { Overload, WindowDef } from './function-def.ts';

const first = (args: readonly DataType[]): DataType => args[0]!;

function define(
  name: WindowFunctionName,
  summary: string,
  forms: readonly Omit<Overload<WindowFunctionName>, 'implementation'>[],
  neverNull = false,
): WindowDef {
  const overloads = forms.map((form) => ({ ...form, implementation: name }));
  return { kind: 'window', name, group: 'window', summary, overloads, neverNull };
}

export const WINDOW_FUNCTIONS: readonly WindowDef[] = [
  define(
    'row_number',
    'Number of the row within its partition, from 1.',
    [{ args: [], returns: INT64 }],
    true,
  ),
  define(
    'rank',
    'Rank with gaps: the row number of the first peer.',
    [{ args: [], returns: INT64 }],
    true,
  ),
  define(
    'dense_rank',
    'Rank without gaps: peer groups counted from 1.',
    [{ args: [], returns: INT64 }],
    true,
  ),
  define(
    'percent_rank',
    'Rank as a share of the partition: (rank - 1) / (rows - 1).',
    [{ args: [], returns: FLOAT64 }],
    true,
  ),
  define(
    'cume_dist',
    'Share of the rows that come before this one or are its peers.',
    [{ args: [], returns: FLOAT64 }],
    true,
  ),
  define('ntile', 'Number of the bucket, of so many that are as equal as can be.', [
    { args: [INT32], returns: INT32 },
  ]),
  define('lag', 'Value of a row before this one in the partition: offset 1, default null.', [
    { args: ['any'], returns: first },
    { args: ['any', INT32], returns: first },
    { args: ['any', INT32, 'any'], returns: first },
  ]),
  define('lead', 'Value of a row behind this one in the partition: offset 1, default null.', [
    { args: ['any'], returns: first },
    { args: ['any', INT32], returns: first },
    { args: ['any', INT32, 'any'], returns: first },
  ]),
  define('first_value', 'Value of the first row of the frame.', [
    { args: ['any'], returns: first },
  ]),
  define('last_value', 'Value of the last row of the frame.', [{ args: ['any'], returns: first }]),
  define('nth_value', 'Value of row n of the frame, from 1.', [
    { args: ['any', INT32], returns: first },
  ]),
];
