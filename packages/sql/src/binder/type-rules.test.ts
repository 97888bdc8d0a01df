import {
  BOOLEAN,
  FLOAT32,
  FLOAT64,
  INT16,
  INT32,
  INT64,
  NUMERIC,
  NULL_TYPE,
  TEXT,
  TIMESTAMP,
  vectorType,
} from '@alopex-db/core/types';
import { describe, expect, it } from 'vitest';
import {
  canAssign,
  canCastImplicitly,
  commonType,
  commonTypeOf,
  integerLiteralType,
} from './type-rules.ts';

describe('type rules', () => {
  it('find the type in which two values meet', () => {
    expect(commonType(INT16, INT64)).toEqual(INT64);
    expect(commonType(INT32, FLOAT64)).toEqual(FLOAT64);
    // Real has fewer digits than an integer, so both go to double precision.
    expect(commonType(INT32, FLOAT32)).toEqual(FLOAT64);
    expect(commonType(FLOAT32, FLOAT32)).toEqual(FLOAT32);
    expect(commonType(NULL_TYPE, TIMESTAMP)).toEqual(TIMESTAMP);
    expect(commonType(TEXT, INT32)).toBeUndefined();
    expect(commonType(vectorType(3), vectorType(4))).toEqual(vectorType());
  });

  it('name the first of a list that does not fit', () => {
    expect(commonTypeOf([INT32, NULL_TYPE, INT64])).toEqual({ type: INT64 });
    expect(commonTypeOf([INT32, TEXT, INT64])).toEqual({ misfit: 1 });
    expect(commonTypeOf([NULL_TYPE, NULL_TYPE])).toEqual({ type: TEXT });
  });

  it('convert unasked only upwards, and into a column also downwards', () => {
    expect(canCastImplicitly(INT32, INT64)).toBe(true);
    expect(canCastImplicitly(INT64, INT32)).toBe(false);
    expect(canAssign(INT64, INT32)).toBe(true);
    expect(canAssign(INT32, TEXT)).toBe(true);
    expect(canAssign(TEXT, INT32)).toBe(false);
    expect(canAssign(BOOLEAN, INT32)).toBe(false);
  });

  it('give an integer literal the smallest type it fits, exactly', () => {
    expect(integerLiteralType('2147483647')).toEqual({ type: INT32, value: 2_147_483_647 });
    expect(integerLiteralType('-2147483648')).toEqual({ type: INT32, value: -2_147_483_648 });
    expect(integerLiteralType('2147483648')).toEqual({ type: INT64, value: 2_147_483_648 });
    expect(integerLiteralType('9223372036854775807')).toEqual({
      type: INT64,
      value: 9_223_372_036_854_775_807n,
    });
    expect(integerLiteralType('-9223372036854775808')).toEqual({
      type: INT64,
      value: -9_223_372_036_854_775_808n,
    });
    expect(integerLiteralType('9223372036854775808')).toEqual({
      type: NUMERIC,
      value: '9223372036854775808',
    });
  });
});
