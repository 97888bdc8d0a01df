/**
 * Session settings: what SET, SHOW, RESET and `session.set` know. Every setting has a text form, as in PostgreSQL; the few
 * that the engine reads while it works are resolved into plain fields when they change, never looked up per statement.
 */
import { AlopexError } from '@alopex-db/core/base';
import { NO_SESSION, UTC, type TimeZone, type TimeZoneProvider } from '@alopex-db/core/compute';
import type { Durability, IsolationLevel } from '@alopex-db/core';
import { parseTimestamp } from '@alopex-db/core/types';
import { HNSW_DEFAULTS } from '@alopex-db/core/vector';
import { closestName } from '../errors.ts';

/** A moment to read at. */
export type ReadAsOf =
  | { readonly kind: 'version'; readonly version: number }
  | { readonly kind: 'moment'; readonly micros: number }
  | { readonly kind: 'ago'; readonly ms: number };

/** What the engine itself reads. */
export interface ResolvedSettings {
  /** 0 = none. */
  readonly statementTimeoutMs: number;
  /** Longest wait for one lock; 0 = as long as it takes. */
  readonly lockTimeoutMs: number;
  /** The moment that transactions read at; undefined: now. */
  readonly readAsOf: ReadAsOf | undefined;
  readonly isolation: IsolationLevel;
  readonly readOnly: boolean;
  /** Undefined: the store's. */
  readonly durability: Durability | undefined;
  readonly memoryBytesMax: number;
  readonly vectorExact: boolean;
  readonly hnswEfSearch: number;
  readonly searchPath: readonly string[];
  readonly timeZone: TimeZone;
}

interface SettingDefinition {
  readonly defaultText: string;
  /** Checks and normalises a value; undefined = not allowed. */
  readonly parse: (text: string, findZone: TimeZoneProvider) => string | undefined;
  readonly readOnly?: boolean | undefined;
}

const MEBIBYTE = 1_048_576;

const DEFINITIONS: Readonly<Record<string, SettingDefinition>> = {
  'alopex.buffer_pool_size': { defaultText: '1GB', parse: sizeText },
  'alopex.durability': { defaultText: 'default', parse: oneOf('default', 'fsync', 'os', 'memory') },
  'alopex.hnsw_ef_search': {
    defaultText: String(HNSW_DEFAULTS.efSearch),
    parse: integerText(1, 10_000),
  },
  'alopex.read_as_of': { defaultText: '', parse: asOfText },
  'alopex.vector_exact': { defaultText: 'off', parse: booleanText },
  application_name: { defaultText: '', parse: (text) => text },
  client_encoding: {
    defaultText: 'UTF8',
    parse: (text) => (/^utf-?8$/i.test(text) ? 'UTF8' : undefined),
  },
  client_min_messages: {
    defaultText: 'notice',
    parse: oneOf(
      'debug5',
      'debug4',
      'debug3',
      'debug2',
      'debug1',
      'log',
      'notice',
      'warning',
      'error',
    ),
  },
  datestyle: {
    defaultText: 'ISO, MDY',
    parse: (text) => (/^iso\b/i.test(text) ? 'ISO, MDY' : undefined),
  },
  default_transaction_isolation: {
    defaultText: 'snapshot',
    parse: oneOf(
      'read uncommitted',
      'read committed',
      'repeatable read',
      'snapshot',
      'serializable',
    ),
  },
  default_transaction_read_only: { defaultText: 'off', parse: booleanText },
  extra_float_digits: { defaultText: '1', parse: integerText(-15, 3) },
  lock_timeout: { defaultText: '0', parse: durationText },
  search_path: { defaultText: 'public', parse: searchPathText },
  server_encoding: { defaultText: 'UTF8', parse: () => undefined, readOnly: true },
  server_version: { defaultText: '15.0', parse: () => undefined, readOnly: true },
  standard_conforming_strings: { defaultText: 'on', parse: oneOf('on') },
  statement_timeout: { defaultText: '0', parse: durationText },
  timezone: {
    defaultText: 'UTC',
    parse: zoneText,
  },
};

/** Names that other systems have for ours. */
const ALIASES: ReadonlyMap<string, string> = new Map([['hnsw.ef_search', 'alopex.hnsw_ef_search']]);

export const SETTING_NAMES: readonly string[] = Object.freeze(Object.keys(DEFINITIONS).sort());

export class Settings {
  readonly #texts: Map<string, string>;
  /** Values that RESET goes back to: those of the session's start. */
  readonly #initial: ReadonlyMap<string, string>;
  #resolved: ResolvedSettings | undefined;
  readonly findZone: TimeZoneProvider;

  constructor(inherited?: Settings, findZone?: TimeZoneProvider) {
    this.findZone = findZone ?? inherited?.findZone ?? NO_SESSION.findZone;
    this.#texts = new Map(inherited === undefined ? [] : inherited.#texts);
    this.#initial = new Map(this.#texts);
  }

  get resolved(): ResolvedSettings {
    return (this.#resolved ??= resolve(this));
  }

  show(written: string): string {
    const name = ALIASES.get(written) ?? written;
    const definition = definitionOf(name);
    return this.#texts.get(name) ?? definition.defaultText;
  }

  set(written: string, value: string): void {
    const name = ALIASES.get(written) ?? written;
    const definition = definitionOf(name);
    if (definition.readOnly === true) {
      throw new AlopexError('ALX_UNKNOWN_OPTION', `parameter "${name}" cannot be changed`);
    }
    const text = definition.parse(value.trim(), this.findZone);
    if (text === undefined) {
      throw new AlopexError(
        'ALX_UNKNOWN_OPTION',
        `invalid value for parameter "${name}": "${value}"`,
      );
    }
    this.#texts.set(name, text);
    this.#resolved = undefined;
  }

  /** `all`: every setting. */
  reset(written: string): void {
    const name = ALIASES.get(written) ?? written;
    if (name !== 'all') definitionOf(name);
    for (const known of name === 'all' ? SETTING_NAMES : [name]) {
      const initial = this.#initial.get(known);
      if (initial === undefined) this.#texts.delete(known);
      else this.#texts.set(known, initial);
    }
    this.#resolved = undefined;
  }

  /** The state to go back to when the transaction ends (SET LOCAL) or rolls back (SET). */
  mark(): ReadonlyMap<string, string> {
    return new Map(this.#texts);
  }

  restore(mark: ReadonlyMap<string, string>): void {
    this.#texts.clear();
    for (const [name, text] of mark) this.#texts.set(name, text);
    this.#resolved = undefined;
  }
}

function definitionOf(name: string): SettingDefinition {
  const definition = Object.hasOwn(DEFINITIONS, name) ? DEFINITIONS[name] : undefined;
  if (definition !== undefined) return definition;
  const meant = closestName(name, SETTING_NAMES);
  throw new AlopexError('ALX_UNKNOWN_SETTING', `unrecognized configuration parameter "${name}"`, {
    hint: meant === undefined ? undefined : `Perhaps you meant "${meant}".`,
  });
}

function resolve(settings: Settings): ResolvedSettings {
  const durability = settings.show('alopex.durability');
  return Object.freeze({
    lockTimeoutMs: Number(settings.show('lock_timeout')),
    readAsOf: parseAsOf(settings.show('alopex.read_as_of')),
    statementTimeoutMs: Number(settings.show('statement_timeout')),
    // The texts come from the lists above.
    isolation: settings.show('default_transaction_isolation') as IsolationLevel,
    readOnly: settings.show('default_transaction_read_only') === 'on',
    durability: durability === 'default' ? undefined : (durability as Durability),
    memoryBytesMax: parseSize(settings.show('alopex.buffer_pool_size'))!,
    vectorExact: settings.show('alopex.vector_exact') === 'on',
    hnswEfSearch: Number(settings.show('alopex.hnsw_ef_search')),
    searchPath: settings.show('search_path').split(', '),
    timeZone: settings.findZone(settings.show('timezone')) ?? UTC,
  });
}

function asOfText(text: string): string | undefined {
  return text === '' || parseAsOf(text) !== undefined ? text : undefined;
}

/** A version, a moment, or `-10s`: so long ago. */
function parseAsOf(text: string): ReadAsOf | undefined {
  if (text === '') return undefined;
  if (/^\d+$/.test(text)) return { kind: 'version', version: Number(text) };
  if (text.startsWith('-')) {
    const milliseconds = durationText(text.slice(1));
    return milliseconds === undefined ? undefined : { kind: 'ago', ms: Number(milliseconds) };
  }
  try {
    return { kind: 'moment', micros: parseTimestamp(text) };
  } catch {
    return undefined; // no timestamp, and the caller says what was written
  }
}

/** A zone's own spelling. A bare number counts hours east of UTC. */
function zoneText(text: string, findZone: TimeZoneProvider): string | undefined {
  if (/^(?:default|local)$/i.test(text)) return 'UTC';
  const hours = /^([+-]?)(\d{1,2})$/.exec(text);
  if (hours === null) return findZone(text)?.name;
  // POSIX counts hours west of UTC, as the name says twice.
  const digits = hours[2]!.padStart(2, '0');
  const name = hours[1] === '-' ? `<-${digits}>+${digits}` : `<+${digits}>-${digits}`;
  return findZone(name)?.name;
}

function oneOf(...allowed: readonly string[]): (text: string) => string | undefined {
  return (text) => {
    const folded = text.toLowerCase();
    return allowed.includes(folded) ? folded : undefined;
  };
}

function booleanText(text: string): string | undefined {
  const folded = text.toLowerCase();
  if (['on', 'true', 'yes', '1'].includes(folded)) return 'on';
  return ['off', 'false', 'no', '0'].includes(folded) ? 'off' : undefined;
}

function integerText(least: number, greatest: number): (text: string) => string | undefined {
  return (text) => {
    const value = Number(text);
    if (!/^[+-]?\d+$/.test(text) || value < least || value > greatest) return undefined;
    return String(value);
  };
}

const DURATION_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds, or a number with one of PostgreSQL's units. */
function durationText(text: string): string | undefined {
  const match = /^(\d+)\s*(ms|s|min|h|d|)$/.exec(text);
  if (match === null) return undefined;
  const milliseconds = Number(match[1]) * DURATION_UNITS[match[2]!]!;
  return milliseconds <= 0x7fff_ffff ? String(milliseconds) : undefined;
}

const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1_024,
  mb: MEBIBYTE,
  gb: 1_024 * MEBIBYTE,
  tb: MEBIBYTE * MEBIBYTE,
};

function parseSize(text: string): number | undefined {
  const match = /^(\d+)\s*(b|kb|mb|gb|tb|)$/i.exec(text);
  if (match === null) return undefined;
  const bytes = Number(match[1]) * SIZE_UNITS[match[2]!.toLowerCase()]!;
  return Number.isSafeInteger(bytes) && bytes >= MEBIBYTE ? bytes : undefined;
}

function sizeText(text: string): string | undefined {
  return parseSize(text) === undefined ? undefined : text;
}

function searchPathText(text: string): string | undefined {
  const names = text.split(',').map((name) => name.trim().replaceAll('"', ''));
  return names.every((name) => name !== '') ? names.join(', ') : undefined;
}
