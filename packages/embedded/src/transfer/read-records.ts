/** `readRecords`: a file's records as plain objects, one at a time. */
import { RecordFile, type FileValue, type RecordOptions } from './record-file.ts';

export type FileRecord = Readonly<Record<string, FileValue>>;

export interface ReadRecordsOptions extends RecordOptions {
  /** Called after each piece of the file. */
  readonly onProgress?:
    | ((progress: { readonly bytesRead: number; readonly bytesTotal: number }) => void)
    | undefined;
}

/** CSV, TSV or JSON lines. CSV fields are text or null; JSON values are as they are, big whole numbers as bigint. */
export async function* readRecords(
  path: string,
  options: ReadRecordsOptions = {},
): AsyncGenerator<FileRecord, void, void> {
  using file = new RecordFile(path, options);
  for (let records = file.readPiece(); records !== undefined; records = file.readPiece()) {
    for (const { names, values } of records) {
      const record: Record<string, FileValue> = {};
      for (const [index, name] of names.entries()) define(record, name, values[index]!);
      yield record;
    }
    options.onProgress?.({ bytesRead: file.bytesRead, bytesTotal: file.sizeBytes });
  }
}

/** A column named `__proto__` is a column like others. */
function define(record: Record<string, FileValue>, name: string, value: FileValue): void {
  if (name !== '__proto__') record[name] = value;
  else
    Object.defineProperty(record, name, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
}
