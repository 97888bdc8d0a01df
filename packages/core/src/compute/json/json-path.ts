/** Steps into a JSON value: a key or an array position from either end, as `->` and `#>` take them. */
import { AlopexError } from '../../base/errors.ts';
import { isArray, isObject, type JsonObject, type JsonValue } from '../../types/json/json-value.ts';

/** A text[] as text: `{a,0,"b c"}`; or SQLite's `$.a[0]`. */
export function parsePath(text: string): readonly string[] {
  if (text.startsWith('$')) return dottedPath(text);
  const inner = /^\s*\{([\s\S]*)\}\s*$/.exec(text)?.[1];
  if (inner === undefined) throw malformed(text);
  if (inner.trim() === '') return [];
  const steps: string[] = [];
  const step = /\s*(?:"((?:[^"\\]|\\.)*)"|([^",{}]*[^",{}\s]))\s*(,|$)/y;
  for (let end = ','; end === ',';) {
    const found = step.exec(inner);
    if (found === null) throw malformed(text);
    steps.push(found[1]?.replaceAll(/\\(.)/gs, '$1') ?? found[2]!);
    end = found[3]!;
  }
  return steps;
}

function dottedPath(text: string): readonly string[] {
  const steps: string[] = [];
  const step = /\.(?:"((?:[^"\\]|\\.)*)"|([^.["]+))|\[(-?\d+|#-\d+)\]/y;
  step.lastIndex = 1;
  while (step.lastIndex < text.length) {
    const found = step.exec(text);
    if (found === null) {
      throw new AlopexError('ALX_INVALID_ARGUMENT', `bad JSON path: "${text}"`, {
        hint: 'Paths look like $.key[0] or {key,0}.',
      });
    }
    steps.push(found[1] ?? found[2] ?? found[3]!.replace('#', ''));
  }
  return steps;
}

function malformed(text: string): AlopexError {
  return new AlopexError('ALX_CAST_FAILURE', `malformed array literal: "${text}"`, {
    hint: 'A path is written {key,0}.',
  });
}

/** One step by key or position; undefined when there is nothing. */
export function stepInto(value: JsonValue, step: string | number): JsonValue | undefined {
  if (isObject(value)) return typeof step === 'string' ? value.get(step) : undefined;
  if (!isArray(value)) return undefined;
  const position = positionOf(step);
  return position === undefined ? undefined : value.at(position);
}

/** `->` of JSONB: there a bare scalar is an array of itself to a position, though not to a path. */
export function stepIntoJsonb(value: JsonValue, step: string | number): JsonValue | undefined {
  if (typeof step === 'string' || isObject(value) || isArray(value)) return stepInto(value, step);
  return step === 0 || step === -1 ? value : undefined;
}

export function walkPath(value: JsonValue, path: readonly string[]): JsonValue | undefined {
  let at: JsonValue | undefined = value;
  for (const step of path) {
    if (at === undefined) return undefined;
    at = stepInto(at, step);
  }
  return at;
}

function positionOf(step: string | number): number | undefined {
  if (typeof step === 'number') return step;
  return /^\s*-?\d+\s*$/.test(step) ? Number(step) : undefined;
}

/** What to do at the end of a path: the new value there; undefined removes it. */
type Change = (found: JsonValue | undefined) => JsonValue | undefined;

/** A copy with the value at the end of the path changed. What the path misses on its way stays as it is. */
export function changeAt(value: JsonValue, path: readonly string[], change: Change): JsonValue {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (isObject(value)) return changeMember(value, step, rest, change);
  if (!isArray(value)) return value;
  const position = positionOf(step);
  if (position === undefined) {
    throw new AlopexError('ALX_CAST_FAILURE', `path element is not an integer: "${step}"`);
  }
  const at = position < 0 ? value.length + position : position;
  const found = value[at];
  const next = nextValue(found, rest, change);
  if (next === found) return value;
  if (next === undefined) return value.toSpliced(at, 1);
  if (at < 0) return [next, ...value];
  return at >= value.length ? [...value, next] : value.with(at, next);
}

function changeMember(
  value: JsonObject,
  key: string,
  rest: readonly string[],
  change: Change,
): JsonValue {
  const found = value.get(key);
  const next = nextValue(found, rest, change);
  if (next === found) return value;
  const copy = new Map(value);
  if (next === undefined) copy.delete(key);
  else copy.set(key, next);
  return copy;
}

function nextValue(
  found: JsonValue | undefined,
  rest: readonly string[],
  change: Change,
): JsonValue | undefined {
  if (rest.length === 0) return change(found);
  return found === undefined ? undefined : changeAt(found, rest, change);
}
