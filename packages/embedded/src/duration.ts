/** Spans of time as options name them. */
import { AlopexError } from '@alopex-db/core/base';

/** Milliseconds, or text with a unit: `500ms`, `10s`, `5min`, `1h`, `7d` or `7 days`. */
export type Duration = number | string;

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
};

export function parseDurationMs(name: string, value: Duration): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|min|h|d|days?)$/.exec(String(value).trim());
  const ms = typeof value === 'number' ? value : match && Number(match[1]) * UNITS[match[2]!]!;
  if (ms !== null && ms >= 0 && ms <= Number.MAX_SAFE_INTEGER / 1000) return ms;
  throw new AlopexError('ALX_INVALID_ARGUMENT', `${name} is "${value}", which is no span of time`, {
    hint: 'Give milliseconds, or a number with ms, s, min, h or d, such as "1h".',
  });
}
