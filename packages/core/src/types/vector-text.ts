/** Vectors as text: `[1,2.5,-3e-05]`, as pgvector reads and prints them. */
import { AlopexError } from '../base/errors.ts';
import { VECTOR_DIMENSION_MAX } from './data-type.ts';
import { formatFloat32 } from './float-text.ts';

export function formatVector(vector: Float32Array): string {
  let text = '[';
  for (let index = 0; index < vector.length; index += 1) {
    if (index > 0) text += ',';
    text += formatFloat32(vector[index]!);
  }
  return `${text}]`;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** ALX_VECTOR_LITERAL when the text is no vector; ALX_VECTOR_ELEMENT for NaN, Infinity and what float32 cannot hold. */
export function parseVector(text: string): Float32Array {
  const body = text.trim();
  if (!body.startsWith('[') || !body.endsWith(']')) {
    throw new AlopexError(
      'ALX_VECTOR_LITERAL',
      `invalid input syntax for type vector: "${shorten(text)}"`,
      {
        detail: 'Vector contents must start with "[" and end with "]".',
      },
    );
  }
  const inner = body.slice(1, -1).trim();
  if (inner === '')
    throw new AlopexError('ALX_VECTOR_LITERAL', 'vector must have at least 1 dimension');
  const parts = inner.split(',');
  if (parts.length > VECTOR_DIMENSION_MAX) {
    throw new AlopexError(
      'ALX_VECTOR_LITERAL',
      `vector cannot have more than ${VECTOR_DIMENSION_MAX} dimensions`,
    );
  }
  const vector = new Float32Array(parts.length);
  for (let index = 0; index < parts.length; index += 1)
    vector[index] = parseElement(parts[index]!.trim(), text);
  return vector;
}

function parseElement(part: string, text: string): number {
  if (/^[+-]?nan$/i.test(part))
    throw new AlopexError('ALX_VECTOR_ELEMENT', 'NaN not allowed in vector');
  if (/^[+-]?inf(?:inity)?$/i.test(part)) {
    throw new AlopexError('ALX_VECTOR_ELEMENT', 'infinite value not allowed in vector');
  }
  if (!NUMBER.test(part)) {
    throw new AlopexError(
      'ALX_VECTOR_LITERAL',
      `invalid input syntax for type vector: "${shorten(text)}"`,
    );
  }
  const value = Math.fround(Number(part));
  if (!Number.isFinite(value)) {
    throw new AlopexError('ALX_VECTOR_ELEMENT', `"${part}" is out of range for type vector`);
  }
  return value;
}

/** A message names the value, not a megabyte of it. */
function shorten(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
