/** Functions of dates, times and intervals. */
import {
  formatFunctions as format,
  temporalFunctions as time,
  temporalOperators as operators,
} from '@alopex-db/core/compute';
import type { ScalarFunction } from '@alopex-db/core/exec';
import {
  BOOLEAN,
  DATE,
  FLOAT64,
  INT32,
  INT64,
  INTERVAL,
  NUMERIC,
  TEXT,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  type DataType,
} from '@alopex-db/core/types';
import type { Overload, ScalarDef } from './function-def.ts';

type Form = readonly [args: readonly DataType[], returns: DataType, implementation: ScalarFunction];

function define(
  name: string,
  summary: string,
  forms: readonly Form[],
  aliases?: readonly string[],
): ScalarDef {
  const overloads = forms.map(([args, returns, implementation]): Overload<ScalarFunction> => ({
    args,
    returns,
    implementation,
  }));
  return { kind: 'scalar', name, aliases, group: 'time', summary, overloads };
}

const fields = [
  [DATE, time.dateFields],
  [TIME, time.timeFields],
  [TIMESTAMP, time.timestampFields],
  [TIMESTAMPTZ, time.zonedFields],
  [INTERVAL, time.intervalFields],
] as const;

/** make_interval takes any number of years, months, weeks, days, hours, minutes and seconds, the rest being 0. */
const intervalForms: readonly Form[] = Array.from({ length: 8 }, (_, count) => [
  Array.from({ length: count }, (_unused, at) => (at === 6 ? FLOAT64 : INT32)),
  INTERVAL,
  time.makeInterval,
]);

/** One end or both given as an interval behind the start. */
function periodsWithLengths(type: DataType, implementation: ScalarFunction): readonly Form[] {
  return [
    [[type, INTERVAL, type, INTERVAL], BOOLEAN, implementation],
    [[type, INTERVAL, type, type], BOOLEAN, implementation],
    [[type, type, type, INTERVAL], BOOLEAN, implementation],
  ];
}

const WALL_CLOCK = [INT32, INT32, INT32, INT32, INT32, FLOAT64];

export const TIME_FUNCTIONS: readonly ScalarDef[] = [
  define(
    'now',
    'Start of the transaction.',
    [[[], TIMESTAMPTZ, time.now]],
    ['current_timestamp', 'transaction_timestamp'],
  ),
  define('statement_timestamp', 'Start of the statement.', [
    [[], TIMESTAMPTZ, time.statementTimestamp],
  ]),
  define('clock_timestamp', 'The time now, which goes on within a statement.', [
    [[], TIMESTAMPTZ, time.clockTimestamp],
  ]),
  define('localtimestamp', "Start of the transaction by the session's clock.", [
    [[], TIMESTAMP, time.localTimestamp],
  ]),
  define('current_date', "Date on which the transaction began by the session's clock.", [
    [[], DATE, time.currentDate],
  ]),
  define(
    'localtime',
    "Time of day at which the transaction began by the session's clock.",
    [[[], TIME, time.localTime]],
    ['current_time'],
  ),
  define(
    'date_trunc',
    "The moment or interval cut to a unit such as 'hour' or 'month'; of moments by the clock of a zone.",
    [
      [[TEXT, TIMESTAMP], TIMESTAMP, time.truncateTimestamp],
      [[TEXT, TIMESTAMPTZ], TIMESTAMPTZ, time.truncateZoned],
      [[TEXT, TIMESTAMPTZ, TEXT], TIMESTAMPTZ, time.truncateInNamedZone],
      [[TEXT, INTERVAL], INTERVAL, time.truncateInterval],
    ],
  ),
  define(
    'date_part',
    "A field such as 'year' or 'dow' as a double.",
    fields.map(([type, field]) => [[TEXT, type], FLOAT64, field.datePart]),
  ),
  define(
    'extract',
    "A field such as 'year' or 'dow', exactly.",
    fields.map(([type, field]) => [[TEXT, type], NUMERIC, field.extract]),
  ),
  define(
    'date_bin',
    'The start of the bin of a width, counted from an origin, in which a moment lies.',
    [
      [[INTERVAL, TIMESTAMP, TIMESTAMP], TIMESTAMP, time.dateBin],
      [[INTERVAL, TIMESTAMPTZ, TIMESTAMPTZ], TIMESTAMPTZ, time.dateBin],
    ],
  ),
  define(
    'time_bucket',
    'The start of the bucket of a width, also of months, in which a moment lies.',
    [
      [[INTERVAL, TIMESTAMP], TIMESTAMP, time.timeBucket],
      [[INTERVAL, TIMESTAMPTZ], TIMESTAMPTZ, time.timeBucket],
      [[INTERVAL, TIMESTAMP, TIMESTAMP], TIMESTAMP, time.timeBucket],
      [[INTERVAL, TIMESTAMPTZ, TIMESTAMPTZ], TIMESTAMPTZ, time.timeBucket],
    ],
  ),
  define('age', 'The difference as a calendar shows it; of one moment to the start of today.', [
    [[TIMESTAMP, TIMESTAMP], INTERVAL, time.ageBetween],
    [[TIMESTAMPTZ, TIMESTAMPTZ], INTERVAL, time.ageBetweenZoned],
    [[TIMESTAMP], INTERVAL, time.ageOf],
    [[TIMESTAMPTZ], INTERVAL, time.ageOfZoned],
  ]),
  define('justify_hours', 'The interval with every 24 hours as a day.', [
    [[INTERVAL], INTERVAL, time.justifyHours],
  ]),
  define('justify_days', 'The interval with every 30 days as a month.', [
    [[INTERVAL], INTERVAL, time.justifyDays],
  ]),
  define(
    'justify_interval',
    'The interval with 24 hours as a day, 30 days as a month, and one sign.',
    [[[INTERVAL], INTERVAL, time.justifyInterval]],
  ),
  define('timezone', 'AT TIME ZONE: the moment of a local time, or the local time of a moment.', [
    [[TEXT, TIMESTAMP], TIMESTAMPTZ, time.zoneOfLocal],
    [[TEXT, TIMESTAMPTZ], TIMESTAMP, time.zoneOfMoment],
    [[INTERVAL, TIMESTAMP], TIMESTAMPTZ, time.zoneOfLocal],
    [[INTERVAL, TIMESTAMPTZ], TIMESTAMP, time.zoneOfMoment],
    [[TIMESTAMP], TIMESTAMPTZ, time.sessionZoneOfLocal],
    [[TIMESTAMPTZ], TIMESTAMP, time.sessionZoneOfMoment],
  ]),
  define(
    'date_add',
    "The moment moved by an interval, by the clock of the session's zone or of another.",
    [
      [[TIMESTAMPTZ, INTERVAL], TIMESTAMPTZ, operators.zonedPlus],
      [[TIMESTAMPTZ, INTERVAL, TEXT], TIMESTAMPTZ, time.addInNamedZone],
      [[TIMESTAMP, INTERVAL], TIMESTAMP, operators.timestampPlus],
    ],
  ),
  define(
    'date_subtract',
    "The moment moved back by an interval, by the clock of the session's zone or of another.",
    [
      [[TIMESTAMPTZ, INTERVAL], TIMESTAMPTZ, operators.zonedMinus],
      [[TIMESTAMPTZ, INTERVAL, TEXT], TIMESTAMPTZ, time.subtractInNamedZone],
      [[TIMESTAMP, INTERVAL], TIMESTAMP, operators.timestampMinus],
    ],
    ['date_sub'],
  ),
  define('isfinite', 'Whether a moment or interval is not infinite.', [
    [[DATE], BOOLEAN, time.isFiniteDate],
    [[TIMESTAMP], BOOLEAN, time.isFiniteMoment],
    [[TIMESTAMPTZ], BOOLEAN, time.isFiniteMoment],
    [[INTERVAL], BOOLEAN, time.isFiniteInterval],
  ]),
  define('overlaps', 'Whether two periods have a moment in common.', [
    [[TIME, TIME, TIME, TIME], BOOLEAN, time.overlaps],
    [[TIMESTAMP, TIMESTAMP, TIMESTAMP, TIMESTAMP], BOOLEAN, time.overlaps],
    [[TIMESTAMPTZ, TIMESTAMPTZ, TIMESTAMPTZ, TIMESTAMPTZ], BOOLEAN, time.overlaps],
    ...periodsWithLengths(TIMESTAMP, time.overlapsFrom),
    ...periodsWithLengths(TIMESTAMPTZ, time.overlapsZonedFrom),
  ]),
  define(
    'to_timestamp',
    'The moment so many seconds after 1970, or the one that text gives in a pattern.',
    [
      [[FLOAT64], TIMESTAMPTZ, time.toTimestamp],
      [[TEXT, TEXT], TIMESTAMPTZ, format.toTimestamp],
    ],
  ),
  define('to_date', 'The date that text gives in a pattern.', [
    [[TEXT, TEXT], DATE, format.toDate],
  ]),
  define('to_number', 'The number that text gives in a picture.', [
    [[TEXT, TEXT], NUMERIC, format.toNumber],
  ]),
  define('to_char', 'A moment, interval or number as text in a pattern.', [
    [[TIMESTAMP, TEXT], TEXT, format.timestampToChar],
    [[TIMESTAMPTZ, TEXT], TEXT, format.zonedToChar],
    [[INTERVAL, TEXT], TEXT, format.intervalToChar],
    [[NUMERIC, TEXT], TEXT, format.numericToChar],
    [[FLOAT64, TEXT], TEXT, format.floatToChar],
  ]),
  define(
    'strftime',
    "A moment as text by C's conversion letters; format and moment in either order.",
    [
      [[TEXT, TIMESTAMP], TEXT, format.strftime],
      [[TIMESTAMP, TEXT], TEXT, format.strftimeValueFirst],
    ],
  ),
  define('unixepoch', 'Whole seconds since 1970.', [
    [[TIMESTAMP], INT64, time.unixEpoch],
    [[TIMESTAMPTZ], INT64, time.unixEpoch],
  ]),
  define('julianday', 'Days since noon of 4714-11-24 BC.', [
    [[TIMESTAMP], FLOAT64, time.julianDay],
  ]),
  define('make_date', 'A date from year, month, day.', [
    [[INT32, INT32, INT32], DATE, time.makeDate],
  ]),
  define('make_time', 'A time of day from hour, minute, second.', [
    [[INT32, INT32, FLOAT64], TIME, time.makeTime],
  ]),
  define('make_timestamp', 'A timestamp from year, month, day, hour, minute, second.', [
    [WALL_CLOCK, TIMESTAMP, time.makeTimestamp],
  ]),
  define(
    'make_timestamptz',
    "A moment from the same, by the clock of the session's zone or of another.",
    [
      [WALL_CLOCK, TIMESTAMPTZ, time.makeZoned],
      [[...WALL_CLOCK, TEXT], TIMESTAMPTZ, time.makeInNamedZone],
    ],
  ),
  define(
    'make_interval',
    'An interval from years, months, weeks, days, hours, minutes, seconds.',
    intervalForms,
  ),
];
