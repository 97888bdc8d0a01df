/** Branded ids: numbers that cannot be mistaken for one another. */
declare const brand: unique symbol;
export type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** One LSM tree of a store: a table, an index, the catalog (0), the KV facet. Written as u32 big-endian in front of keys. */
export type KeyspaceId = Branded<number, 'KeyspaceId'>;
/** A commit timestamp: a safe integer, microseconds since 1970 or the last version + 1, whichever is larger. */
export type Version = Branded<number, 'Version'>;
/** Number of a file of a store (SSTable or WAL segment), never reused. */
export type FileId = Branded<number, 'FileId'>;
/** Names a transaction for locks and messages; unique within a store while it is open. */
export type TransactionId = Branded<number, 'TransactionId'>;

export const keyspaceId = (value: number): KeyspaceId => value as KeyspaceId;
export const version = (value: number): Version => value as Version;
export const fileId = (value: number): FileId => value as FileId;
export const transactionId = (value: number): TransactionId => value as TransactionId;
