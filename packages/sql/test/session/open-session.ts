/** A session over a store in memory, or on a disk that is passed in, for tests of statements. */
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { Store, type StoreOptions } from '@alopex-db/core';
import { loadKernels } from '@alopex-db/core/kernels';
import { systemClock } from '@alopex-db/core/node';
import { SeededRandom } from '@alopex-db/core/testing';
import { LocalSession, SqlEngine, type FacetFactories } from '../../src/index.ts';

const NO_FACETS: FacetFactories = {
  kv: () => noFacet(),
  syncKv: () => noFacet(),
  vector: () => noFacet(),
  catalog: () => noFacet(),
};

function noFacet(): never {
  throw new Error('the test has no facets');
}

export class TestDatabase extends LocalSession {
  readonly store: Store;
  readonly engine: SqlEngine;

  constructor(store: Store, engine: SqlEngine) {
    super({ engine, facets: NO_FACETS, isShared: true });
    this.store = store;
    this.engine = engine;
  }

  override async close(): Promise<void> {
    await super.close();
    this.engine.close();
    await this.store.close();
  }
}

/** The parser is loaded, so that `sync` works. */
export async function openDatabase(options: Partial<StoreOptions> = {}): Promise<TestDatabase> {
  const store = Store.open({ clock: systemClock, ...options });
  const engine = new SqlEngine({
    store,
    clock: systemClock,
    random: new SeededRandom(1),
    kernels: loadKernels(),
    pause: async (delayMs) => {
      if (delayMs === 0) await nextTurn();
      else await delay(delayMs);
    },
  });
  await engine.ready();
  return new TestDatabase(store, engine);
}

/** The code of the error that a call ends with. */
export async function codeOf(call: PromiseLike<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return errorCode(error);
  }
  return 'no error';
}

export function codeOfNow(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return errorCode(error);
  }
  return 'no error';
}

function errorCode(error: unknown): string {
  const { code } = error as { code?: string };
  return code ?? String(error);
}
