/**
 * What `Database` will offer and does not yet: each name is there, and says so with ALX_UNSUPPORTED when it is called. The
 * README's status table lists the same features. A feature leaves this table in the change that builds it.
 */
import { AlopexError } from '@alopex-db/core/base';
import { LocalSession, type LocalSessionOptions } from '@alopex-db/sql';

const FEATURES = {
  cloneToMemory: 'cloning a database into memory',
  clear: 'clearing a database',
  copyFrom: 'COPY from a stream',
  copyTo: 'COPY to a stream',
  live: 'live queries',
  changes: 'change streams',
  listen: 'LISTEN and NOTIFY',
  notify: 'LISTEN and NOTIFY',
  table: 'DataFrames',
  scanTable: 'DataFrames',
  dataFrame: 'DataFrames',
  registerDataFrame: 'DataFrames',
  writeDataFrame: 'DataFrames',
  createFunction: 'functions of your own in SQL',
} as const;

export type UnbuiltFeatures = {
  readonly [Name in keyof typeof FEATURES]: (...args: readonly unknown[]) => never;
};

export const UNBUILT_NAMES: readonly string[] = Object.freeze(Object.keys(FEATURES));

class SessionWithUnbuilt extends LocalSession {}

/** A session with a method for every feature above, which throws at the call, whatever it will return one day. */
export const UnbuiltSession: new (options: LocalSessionOptions) => LocalSession & UnbuiltFeatures =
  withMethods();

function withMethods(): typeof UnbuiltSession {
  for (const [name, feature] of Object.entries(FEATURES)) {
    Object.defineProperty(SessionWithUnbuilt.prototype, name, {
      value: (): never => {
        throw new AlopexError('ALX_UNSUPPORTED', `${feature} (${name}) is not built yet`);
      },
    });
  }
  // The loop gave the class exactly the methods of the type.
  return SessionWithUnbuilt as unknown as typeof UnbuiltSession;
}
