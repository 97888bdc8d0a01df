/**
 * Waiting has one form at every waist. A call that cannot answer yet returns the shared `PENDING`, having changed nothing;
 * callers hand it up; only the Session's driver awaits `Waiter.ready()` and then makes the same call again.
 */
export const PENDING: unique symbol = Symbol('pending');
export type Pending = typeof PENDING;

/** Resolves when the last call that answered `PENDING` is worth repeating; rejects when waiting has become pointless. */
export interface Waiter {
  ready(signal?: AbortSignal): Promise<void>;
}
