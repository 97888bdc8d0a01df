/** Entry `@alopex-db/core/wal`: the write-ahead log. */
export { RECORD_TYPE, type DataRecordType, type RecordType } from './record.ts';
export type { LogRecord, RecordVisitor } from './reader.ts';
export { replayLog, type CutTail, type ReplayOptions, type ReplayResult } from './replay.ts';
export { listSegments, parseSegmentName, segmentName, segmentPath } from './segment.ts';
export { WalWriter, type WalWriterOptions } from './writer.ts';
