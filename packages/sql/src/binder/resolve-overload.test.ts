import {
  FLOAT32,
  FLOAT64,
  INT16,
  INT32,
  INT64,
  NULL_TYPE,
  TEXT,
  TIMESTAMP,
  vectorType,
  type DataType,
} from '@alopex-db/core/types';
import { describe, expect, it } from 'vitest';
import type { ArgumentType, Overload } from '../functions/function-def.ts';
import { resolveOverload } from './resolve-overload.ts';

function overloads(...forms: readonly (readonly ArgumentType[])[]): readonly Overload<string>[] {
  return forms.map((args) => ({
    args,
    returns: INT32,
    implementation: args
      .map((argument) => (typeof argument === 'string' ? argument : argument.kind))
      .join(','),
  }));
}

function chosen(
  list: readonly Overload<string>[],
  types: readonly DataType[],
  operator = false,
): string {
  const resolved = resolveOverload(list, types, { operator });
  return resolved.kind === 'found' ? resolved.overload.implementation : resolved.kind;
}

const ARITHMETIC = overloads(
  [INT16, INT16],
  [INT32, INT32],
  [INT64, INT64],
  [FLOAT32, FLOAT32],
  [FLOAT64, FLOAT64],
);

describe('overload resolution', () => {
  it('takes the overload of exactly these types', () => {
    expect(chosen(ARITHMETIC, [INT32, INT32], true)).toBe('int32,int32');
  });

  it('widens to the narrowest type that both reach', () => {
    expect(chosen(ARITHMETIC, [INT16, INT32], true)).toBe('int32,int32');
    expect(chosen(ARITHMETIC, [INT32, INT64], true)).toBe('int64,int64');
    expect(chosen(ARITHMETIC, [INT64, FLOAT64], true)).toBe('float64,float64');
  });

  it('takes an unknown operand for the type of the other one', () => {
    expect(chosen(ARITHMETIC, [INT64, NULL_TYPE], true)).toBe('int64,int64');
    expect(chosen(ARITHMETIC, [NULL_TYPE, FLOAT32], true)).toBe('float32,float32');
  });

  it('prefers double precision where several numbers would do', () => {
    expect(chosen(overloads([FLOAT64], [FLOAT32], [INT64]), [NULL_TYPE])).toBe('float64');
    expect(chosen(overloads([FLOAT64], [TIMESTAMP]), [INT32])).toBe('float64');
  });

  it('prefers text for unknown arguments', () => {
    expect(chosen(overloads([TEXT], [INT32], [vectorType()]), [NULL_TYPE])).toBe('text');
  });

  it('takes a vector of any dimension where a vector is asked for', () => {
    expect(chosen(overloads([vectorType()], [TEXT]), [vectorType(3)])).toBe('vector');
  });

  it('spreads a variadic argument, and lets it be left out', () => {
    const list = overloads([TEXT, 'as-text']).map((one) => ({ ...one, variadic: true }));
    expect(chosen(list, [TEXT, INT32, TIMESTAMP])).toBe('text,as-text');
    expect(chosen(list, [TEXT])).toBe('text,as-text');
    expect(chosen(list, [])).toBe('none');
  });

  it('finds none where no implicit cast leads', () => {
    expect(chosen(ARITHMETIC, [TEXT, INT32], true)).toBe('none');
    expect(chosen(overloads([INT32]), [INT64])).toBe('none');
  });

  it('says so when several do equally well', () => {
    expect(chosen(overloads([INT64, INT32], [INT32, INT64]), [INT32, INT32])).toBe('ambiguous');
  });
});
