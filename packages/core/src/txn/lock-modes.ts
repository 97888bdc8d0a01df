/**
 * The modes of locks and which of them exclude each other: PostgreSQL's tables. Inside, a mode is its place in the list, and a set
 * of modes is a number with one bit a mode.
 */
import { ENTRY_KIND } from '../memtable/entry.ts';
import { FIRST_PENDING_KIND } from '../memtable/entry-codec.ts';

/** Locks of a row, from the weakest: each excludes what those before it exclude, and more. */
export const ROW_LOCK_MODES = ['key share', 'share', 'no key update', 'update'] as const;
export type RowLockMode = (typeof ROW_LOCK_MODES)[number];

/** Locks of a table. Writers hold `row exclusive`, who locks rows holds `row share`. */
export const TABLE_LOCK_MODES = [
  'access share',
  'row share',
  'row exclusive',
  'share update exclusive',
  'share',
  'share row exclusive',
  'exclusive',
  'access exclusive',
] as const;
export type TableLockMode = (typeof TABLE_LOCK_MODES)[number];

/** Locks of a number or a pair of numbers that mean something to applications alone. */
export const ADVISORY_LOCK_MODES = ['share', 'exclusive'] as const;
export type AdvisoryLockMode = (typeof ADVISORY_LOCK_MODES)[number];

export const ROW_LOCK = Object.freeze({
  keyShare: 0,
  share: 1,
  noKeyUpdate: 2,
  update: 3,
} as const);
export const TABLE_LOCK = Object.freeze({ rowShare: 1, rowExclusive: 2 } as const);

/** For each mode of a space the set of modes that exclude it. */
export type LockConflicts = readonly number[];

export const ROW_LOCK_CONFLICTS: LockConflicts = [0b1000, 0b1100, 0b1110, 0b1111];

export const TABLE_LOCK_CONFLICTS: LockConflicts = [
  0b1000_0000, 0b1100_0000, 0b1111_0000, 0b1111_1000, 0b1110_1100, 0b1111_1100, 0b1111_1110,
  0b1111_1111,
];

export const ADVISORY_LOCK_CONFLICTS: LockConflicts = [0b10, 0b11];

/** What a request does when it cannot have its lock at once: wait in the queue, fail, or go without it. */
export type LockWaitPolicy = 'queue' | 'never' | 'skip';

/** `waits`: it stands in the queue. `skipped`: the policy was to go without. */
export type LockAnswer = 'held' | 'waits' | 'skipped';

/** The mode in which an entry of a write set locks its row. */
export function rowLockOf(kind: number): number {
  if (kind >= FIRST_PENDING_KIND) return kind - FIRST_PENDING_KIND;
  return kind === ENTRY_KIND.delete ? ROW_LOCK.update : ROW_LOCK.noKeyUpdate;
}

/** The kind of an entry that only locks its row. */
export function lockKindOf(mode: number): number {
  return FIRST_PENDING_KIND + mode;
}

/** Whether a set of modes excludes everything that `mode` excludes. */
export function covers(held: number, mode: number, conflicts: LockConflicts): boolean {
  let excluded = 0;
  for (let index = 0; index < conflicts.length; index += 1)
    if ((held & (1 << index)) !== 0) excluded |= conflicts[index]!;
  return (conflicts[mode]! & ~excluded) === 0;
}
