/**
 * One value in the engine's own form: boolean; number for int16, int32, int64 (safe), float32, float64, date (days), time,
 * timestamp and timestamptz (microseconds); its text for numeric; Interval for interval; bigint for int64 outside the safe integers; string for text; Uint8Array for bytea and uuid (16 bytes);
 * Float32Array for vector; ArrayValue for arrays and maps, StructValue for structs. What users see is made from it at the Session (`Date`, uuid text, …).
 */
import type { Interval } from './interval.ts';
import type { ArrayValue, StructValue } from './nested-value.ts';

export type Scalar =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Float32Array
  | Interval
  | ArrayValue
  | StructValue;
