/**
 * Which conversions exist and where they may happen unasked: PostgreSQL's pg_cast for our types.
 *   implicit     anywhere an operand needs another type
 *   assignment   storing into a column, and everything below
 *   explicit     only where CAST or :: is written
 */
import { isNested, isNumeric } from '../types/data-type.ts';
import type { DataType, TypeKind } from '../types/data-type.ts';

export type CastContext = 'implicit' | 'assignment' | 'explicit';

type Row = Partial<Readonly<Record<TypeKind, CastContext>>>;

/** Text goes to and comes from every type through its written form. */
const CASTS: Readonly<Record<TypeKind, Row>> = {
  null: {},
  boolean: { int32: 'explicit', text: 'assignment' },
  int16: {
    int32: 'implicit',
    int64: 'implicit',
    float32: 'implicit',
    float64: 'implicit',
    numeric: 'implicit',
    text: 'assignment',
  },
  int32: {
    boolean: 'explicit',
    int16: 'assignment',
    int64: 'implicit',
    float32: 'implicit',
    float64: 'implicit',
    numeric: 'implicit',
    text: 'assignment',
  },
  int64: {
    int16: 'assignment',
    int32: 'assignment',
    float32: 'implicit',
    float64: 'implicit',
    numeric: 'implicit',
    text: 'assignment',
  },
  float32: {
    int16: 'assignment',
    int32: 'assignment',
    int64: 'assignment',
    float64: 'implicit',
    numeric: 'assignment',
    text: 'assignment',
  },
  float64: {
    int16: 'assignment',
    int32: 'assignment',
    int64: 'assignment',
    float32: 'assignment',
    numeric: 'assignment',
    text: 'assignment',
  },
  numeric: {
    int16: 'assignment',
    int32: 'assignment',
    int64: 'assignment',
    float32: 'implicit',
    float64: 'implicit',
    text: 'assignment',
  },
  text: {
    boolean: 'explicit',
    int16: 'explicit',
    int32: 'explicit',
    int64: 'explicit',
    float32: 'explicit',
    float64: 'explicit',
    bytea: 'explicit',
    numeric: 'explicit',
    date: 'explicit',
    time: 'explicit',
    timestamp: 'explicit',
    timestamptz: 'explicit',
    interval: 'explicit',
    uuid: 'explicit',
    vector: 'explicit',
    array: 'explicit',
    map: 'explicit',
    struct: 'explicit',
    json: 'explicit',
    jsonb: 'explicit',
  },
  json: { jsonb: 'assignment', text: 'assignment' },
  jsonb: {
    json: 'assignment',
    text: 'assignment',
    boolean: 'explicit',
    int16: 'explicit',
    int32: 'explicit',
    int64: 'explicit',
    float32: 'explicit',
    float64: 'explicit',
    numeric: 'explicit',
  },
  bytea: { text: 'assignment' },
  date: { timestamp: 'implicit', timestamptz: 'implicit', text: 'assignment' },
  time: { interval: 'implicit', text: 'assignment' },
  timestamp: {
    date: 'assignment',
    time: 'assignment',
    timestamptz: 'implicit',
    text: 'assignment',
  },
  timestamptz: {
    date: 'assignment',
    time: 'assignment',
    timestamp: 'assignment',
    text: 'assignment',
  },
  interval: { time: 'assignment', text: 'assignment' },
  uuid: { text: 'assignment' },
  vector: { text: 'assignment', vector: 'implicit' },
  array: { text: 'assignment' },
  map: { text: 'assignment' },
  struct: { text: 'assignment' },
};

/** Where a value of type `from` may become one of type `to`; undefined = never. A bare NULL becomes anything. */
export function castContext(from: DataType, to: DataType): CastContext | undefined {
  if (from.kind === 'null') return 'implicit';
  if (isNested(from) || isNested(to)) return nestedContext(from, to);
  return from.kind === to.kind ? 'implicit' : CASTS[from.kind][to.kind];
}

/** Values made of values convert where all of their parts do. */
function nestedContext(from: DataType, to: DataType): CastContext | undefined {
  if (from.kind === 'array' && to.kind === 'array') return castContext(from.element, to.element);
  if (from.kind === 'map' && to.kind === 'map')
    return weakest([castContext(from.key, to.key), castContext(from.value, to.value)]);
  if (from.kind === 'struct' && to.kind === 'struct') {
    if (from.fields.length !== to.fields.length) return undefined;
    return weakest(
      from.fields.map((field, index) => castContext(field.type, to.fields[index]!.type)),
    );
  }
  if (from.kind === 'array' && to.kind === 'vector')
    return isNumeric(from.element) ? 'assignment' : undefined;
  if (from.kind === 'vector' && to.kind === 'array')
    return to.element.kind === 'float32' || to.element.kind === 'float64' ? 'implicit' : undefined;
  return CASTS[from.kind][to.kind];
}

function weakest(contexts: readonly (CastContext | undefined)[]): CastContext | undefined {
  let weakest: CastContext = 'implicit';
  for (const context of contexts) {
    if (context === undefined) return undefined;
    if (STRENGTH[context] > STRENGTH[weakest]) weakest = context;
  }
  return weakest;
}

const STRENGTH: Readonly<Record<CastContext, number>> = { implicit: 0, assignment: 1, explicit: 2 };

/** True when the conversion is permitted in the given context. */
export function canCast(from: DataType, to: DataType, context: CastContext): boolean {
  const needed = castContext(from, to);
  return needed !== undefined && STRENGTH[needed] <= STRENGTH[context];
}
