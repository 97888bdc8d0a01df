/** JavaScript values as JSON text, for parameters of the JSON types. */
import { AlopexError } from '@alopex-db/core/base';

/** ES2026, in every supported Node and not yet in the compiler's library. */
const RAW_JSON = JSON as unknown as { rawJSON(text: string): unknown };

/** `index` counts from 0. Undefined for what JSON has no text for: a function, a symbol. */
export function writeJsonParameter(value: unknown, index: number): string | undefined {
  try {
    return JSON.stringify(value, jsonMember);
  } catch (error) {
    throw unwritable(error, index);
  }
}

/** What JSON.stringify does not know: large integers as digits, Maps as objects, vectors as arrays. */
function jsonMember(_key: string, member: unknown): unknown {
  if (typeof member === 'bigint') return RAW_JSON.rawJSON(String(member));
  if (member instanceof Map) return Object.fromEntries(member);
  return member instanceof Float32Array ? Array.from(member) : member;
}

/** The language tells a full stack and a too long string by RangeError and a cycle by TypeError; the rest is of a toJSON(). */
function unwritable(error: unknown, index: number): unknown {
  if (error instanceof RangeError) {
    return new AlopexError(
      'ALX_RESOURCES',
      `parameter $${index + 1} is nested too deep or is too large to be a JSON value`,
      { hint: 'Store deeper structures as text.', cause: error },
    );
  }
  if (!(error instanceof TypeError)) return error;
  return new AlopexError('ALX_PARAMETER', `parameter $${index + 1} cannot be written as JSON`, {
    detail: error.message,
    hint: 'An object that contains itself has no JSON text: pass a copy without the cycle.',
    cause: error,
  });
}
