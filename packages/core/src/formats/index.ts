/** Entry `@alopex-db/core/formats`: records out of files' text. */
export { CsvReader, type CsvOptions, type CsvRecord } from './csv-reader.ts';
export { JsonLinesReader, type JsonRecord, type JsonValue } from './json-lines-reader.ts';
