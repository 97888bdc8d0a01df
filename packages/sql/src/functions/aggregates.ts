/** Aggregate functions. */
import {
  anyValueAggregate,
  arrayAggAggregate,
  averageAggregate,
  boolAndAggregate,
  boolOrAggregate,
  countAggregate,
  jsonAggAggregate,
  jsonObjectAggAggregate,
  maxAggregate,
  minAggregate,
  intervalAverageAggregate,
  intervalSumAggregate,
  numericAverageAggregate,
  numericStddevPopAggregate,
  numericStddevSampAggregate,
  numericSumAggregate,
  numericVarPopAggregate,
  numericVarSampAggregate,
  stddevPopAggregate,
  stddevSampAggregate,
  stringAggAggregate,
  sumAggregate,
  varPopAggregate,
  varSampAggregate,
} from '@alopex-db/core/compute';
import type { AggregateFunction } from '@alopex-db/core/exec';
import {
  BOOLEAN,
  BYTEA,
  DATE,
  FLOAT32,
  FLOAT64,
  INT16,
  INT32,
  INT64,
  JSON_TYPE,
  JSONB,
  INTERVAL,
  NUMERIC,
  TEXT,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  UUID,
  arrayType,
  vectorType,
  type DataType,
} from '@alopex-db/core/types';
import type { AggregateDef, Overload, ReturnType } from './function-def.ts';

type Extra = Partial<Pick<AggregateDef, 'aliases' | 'star' | 'neverNull'>>;

function define(
  name: string,
  summary: string,
  overloads: readonly Overload<AggregateFunction>[],
  extra: Extra = {},
): AggregateDef {
  return { kind: 'aggregate', name, group: 'aggregate', summary, overloads, ...extra };
}

function over(
  implementation: AggregateFunction,
  forms: readonly (readonly [DataType, ReturnType])[],
): readonly Overload<AggregateFunction>[] {
  return forms.map(([argument, returns]) => ({ args: [argument], returns, implementation }));
}

const first = (args: readonly DataType[]): DataType => args[0]!;
const ANY_VECTOR = vectorType();
const ORDERED: readonly DataType[] = [
  INT16,
  INT32,
  INT64,
  FLOAT32,
  FLOAT64,
  TEXT,
  BYTEA,
  NUMERIC,
  DATE,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  INTERVAL,
  UUID,
];

/** Types whose statistics are numeric. */
function exact(types: readonly DataType[]): readonly (readonly [DataType, ReturnType])[] {
  return types.map((type) => [type, NUMERIC] as const);
}

const EXACT = exact([INT16, INT32, INT64, NUMERIC]);

/** Statistics of floats are computed in double precision, those of integers and numeric exactly. */
function statistic(
  name: string,
  summary: string,
  implementation: AggregateFunction,
  numeric: AggregateFunction,
  aliases?: readonly string[],
): AggregateDef {
  return define(
    name,
    summary,
    over(implementation, [[FLOAT64, FLOAT64]]).concat(over(numeric, EXACT)),
    aliases === undefined ? {} : { aliases },
  );
}

export const AGGREGATES: readonly AggregateDef[] = [
  define(
    'count',
    'Number of rows, or of values that are not null.',
    [{ args: ['any'], returns: INT64, implementation: countAggregate }],
    {
      star: { args: [], returns: INT64, implementation: countAggregate },
      neverNull: true,
    },
  ),
  define(
    'sum',
    'Sum; of integers it is exact.',
    over(sumAggregate, [
      [INT16, INT64],
      [INT32, INT64],
      [FLOAT32, FLOAT32],
      [FLOAT64, FLOAT64],
      [ANY_VECTOR, first],
    ]).concat(
      over(numericSumAggregate, exact([INT64, NUMERIC])),
      over(intervalSumAggregate, [[INTERVAL, INTERVAL]]),
    ),
  ),
  define(
    'avg',
    'Mean.',
    over(averageAggregate, [
      [FLOAT32, FLOAT64],
      [FLOAT64, FLOAT64],
      [ANY_VECTOR, first],
    ]).concat(
      over(numericAverageAggregate, EXACT),
      over(intervalAverageAggregate, [[INTERVAL, INTERVAL]]),
    ),
  ),
  define('min', 'Least value.', [
    ...over(
      minAggregate,
      ORDERED.map((type) => [type, first] as const),
    ),
    { args: ['any-array'], returns: first, implementation: minAggregate },
  ]),
  define('max', 'Greatest value.', [
    ...over(
      maxAggregate,
      ORDERED.map((type) => [type, first] as const),
    ),
    { args: ['any-array'], returns: first, implementation: maxAggregate },
  ]),
  define('string_agg', 'Texts joined with a delimiter between them.', [
    { args: [TEXT, TEXT], returns: TEXT, implementation: stringAggAggregate },
    { args: [BYTEA, BYTEA], returns: BYTEA, implementation: stringAggAggregate },
  ]),
  ...(['json', 'jsonb'] as const).flatMap((name) => {
    const returns = name === 'json' ? JSON_TYPE : JSONB;
    const args = ['any'] as const;
    const aliases = name === 'json' ? ['json_group_array'] : [];
    return [
      define(
        `${name}_agg`,
        'The values as an array, nulls included.',
        [{ args, returns, implementation: jsonAggAggregate }],
        { aliases },
      ),
      define(
        `${name}_object_agg`,
        'Keys and values as an object.',
        [{ args: ['any', 'any'], returns, implementation: jsonObjectAggAggregate }],
        { aliases: name === 'json' ? ['json_group_object'] : [] },
      ),
    ];
  }),
  define(
    'array_agg',
    'All values as an array, nulls too; arrays become a dimension more.',
    [
      {
        args: ['any'],
        returns: ([type]) => arrayType(type!),
        implementation: arrayAggAggregate,
      },
    ],
    { aliases: ['list'] },
  ),
  define('bool_and', 'Whether all values are true.', over(boolAndAggregate, [[BOOLEAN, BOOLEAN]]), {
    aliases: ['every'],
  }),
  define('bool_or', 'Whether any value is true.', over(boolOrAggregate, [[BOOLEAN, BOOLEAN]])),
  define('any_value', 'Some value that is not null.', [
    { args: ['any'], returns: first, implementation: anyValueAggregate },
  ]),
  statistic(
    'var_pop',
    'Variance of the whole population.',
    varPopAggregate,
    numericVarPopAggregate,
  ),
  statistic(
    'var_samp',
    'Variance estimated from a sample.',
    varSampAggregate,
    numericVarSampAggregate,
    ['variance'],
  ),
  statistic(
    'stddev_pop',
    'Standard deviation of the whole population.',
    stddevPopAggregate,
    numericStddevPopAggregate,
  ),
  statistic(
    'stddev_samp',
    'Standard deviation estimated from a sample.',
    stddevSampAggregate,
    numericStddevSampAggregate,
    ['stddev'],
  ),
];
