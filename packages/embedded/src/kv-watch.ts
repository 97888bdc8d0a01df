/**
 * `kv.watch`: the changes of one key, a prefix or all keys, in version order. Events belong to their receiver: every watcher
 * gets copies of its own.
 */
import { AlopexError, equalBytes } from '@alopex-db/core/base';
import type { KvEvent, KvWatchRange } from '@alopex-db/sql/session';
import { ownBytesOf } from './kv-bytes.ts';
import type { KvHistory } from './kv-history.ts';

/** Takes its place in the history at once; the iterator reads from there. */
export function watchKeys(history: KvHistory, range: KvWatchRange): AsyncIterable<KvEvent> {
  const { key, prefix, fromVersion, signal } = range;
  if (key !== undefined && prefix !== undefined) {
    throw new AlopexError('ALX_INVALID_ARGUMENT', 'watch takes a key or a prefix, not both');
  }
  if (fromVersion !== undefined && typeof fromVersion !== 'bigint') {
    throw new AlopexError(
      'ALX_INVALID_ARGUMENT',
      `fromVersion is a bigint, got ${typeof fromVersion}`,
    );
  }
  const wanted = key ?? prefix;
  const bytes = wanted === undefined ? undefined : ownBytesOf('key', wanted);
  const matches = (found: Uint8Array): boolean =>
    bytes === undefined ||
    (key === undefined ? startsWith(found, bytes) : equalBytes(found, bytes));
  return events(history, history.begin(fromVersion), matches, signal);
}

async function* events(
  history: KvHistory,
  begin: number,
  matches: (key: Uint8Array) => boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<KvEvent, void, void> {
  let wake: (() => void) | undefined;
  const onWake = (): void => wake?.();
  const ignore = history.onChange(onWake);
  signal?.addEventListener('abort', onWake);
  try {
    for (let position = begin; signal?.aborted !== true && !history.isClosed;) {
      const event = history.read(position);
      if (event !== undefined) {
        position += 1;
        if (matches(event.key)) yield copyOf(event);
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    ignore();
    signal?.removeEventListener('abort', onWake);
  }
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  if (bytes.length < prefix.length) return false;
  for (let index = 0; index < prefix.length; index += 1) {
    if (bytes[index] !== prefix[index]) return false;
  }
  return true;
}

function copyOf(event: KvEvent): KvEvent {
  const key = event.key.slice();
  return event.type === 'put' ? { ...event, key, value: event.value?.slice() } : { ...event, key };
}
