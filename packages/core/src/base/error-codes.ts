/**
 * The one table of error codes: stable `code`, short `id`, SQLSTATE and `kind` (the remedy).
 * Every surface (API, CLI, HTTP, gRPC, PostgreSQL wire) reads this table; texts may change, codes never do.
 * Families of ids: P parse, C catalog, T types, K constraints, S transaction and storage, E execution, A access,
 * N network, F features.
 */

/** What a caller can do about an error. Conflict: retry. Invalid: change the request. Corrupt: restore or verify. */
export type ErrorKind = 'Conflict' | 'Closed' | 'Unavailable' | 'Invalid' | 'Corrupt' | 'Internal';

export interface ErrorDefinition {
  readonly id: string;
  readonly sqlState: string;
  readonly kind: ErrorKind;
}

function define(id: string, sqlState: string, kind: ErrorKind): ErrorDefinition {
  return { id: `ALOPEX-${id}`, sqlState, kind };
}

export const ERROR_CODES = {
  // P: the text does not parse
  ALX_UNEXPECTED_TOKEN: define('P001', '42601', 'Invalid'),
  ALX_EXPECTED_TOKEN: define('P002', '42601', 'Invalid'),
  ALX_UNTERMINATED_STRING: define('P003', '42601', 'Invalid'),
  ALX_INVALID_NUMBER: define('P004', '42601', 'Invalid'),
  ALX_VECTOR_LITERAL: define('P005', '22P02', 'Invalid'),
  ALX_NESTING_TOO_DEEP: define('P006', '54001', 'Invalid'),
  ALX_STATEMENT_TOO_LONG: define('P007', '54000', 'Invalid'),
  // C: names that the catalog does not know, or knows already
  ALX_TABLE_NOT_FOUND: define('C001', '42P01', 'Invalid'),
  ALX_TABLE_EXISTS: define('C002', '42P07', 'Invalid'),
  ALX_COLUMN_NOT_FOUND: define('C003', '42703', 'Invalid'),
  ALX_AMBIGUOUS_COLUMN: define('C004', '42702', 'Invalid'),
  ALX_INDEX_EXISTS: define('C005', '42P07', 'Invalid'),
  ALX_INDEX_NOT_FOUND: define('C006', '42704', 'Invalid'),
  ALX_FUNCTION_NOT_FOUND: define('C007', '42883', 'Invalid'),
  ALX_SCHEMA_NOT_FOUND: define('C008', '3F000', 'Invalid'),
  ALX_TYPE_NOT_FOUND: define('C009', '42704', 'Invalid'),
  ALX_DEPENDENT_OBJECTS: define('C010', '2BP01', 'Invalid'),
  ALX_DATABASE_NOT_FOUND: define('C011', '3D000', 'Invalid'),
  ALX_DUPLICATE_COLUMN: define('C012', '42701', 'Invalid'),
  ALX_DUPLICATE_ALIAS: define('C013', '42712', 'Invalid'),
  ALX_INVALID_TABLE_DEFINITION: define('C014', '42P16', 'Invalid'),
  ALX_UNKNOWN_OPTION: define('C015', '22023', 'Invalid'),
  ALX_UNKNOWN_SETTING: define('C016', '42704', 'Invalid'),
  ALX_PREPARED_STATEMENT_NOT_FOUND: define('C017', '26000', 'Invalid'),
  ALX_CATALOG: define('C999', '42000', 'Invalid'),
  // T: types and shapes
  ALX_TYPE_MISMATCH: define('T001', '42804', 'Invalid'),
  ALX_OPERATOR_NOT_FOUND: define('T002', '42883', 'Invalid'),
  ALX_NOT_NULL_VIOLATION: define('T003', '23502', 'Invalid'),
  ALX_VECTOR_DIMENSION: define('T004', '22000', 'Invalid'),
  ALX_VECTOR_METRIC: define('T005', '22023', 'Invalid'),
  ALX_VALUE_COUNT: define('T006', '42601', 'Invalid'),
  ALX_NOT_IN_GROUP_BY: define('T007', '42803', 'Invalid'),
  ALX_AGGREGATE_IN_WHERE: define('T008', '42803', 'Invalid'),
  ALX_HAVING: define('T009', '42803', 'Invalid'),
  ALX_IMPOSSIBLE_CAST: define('T010', '42846', 'Invalid'),
  ALX_PARAMETER: define('T011', '42P02', 'Invalid'),
  ALX_ALIAS_ARITY: define('T012', '42P10', 'Invalid'),
  ALX_ROW_WIDTH: define('T013', '42601', 'Invalid'),
  ALX_DISTINCT_ON: define('T014', '42P10', 'Invalid'),
  ALX_LATERAL: define('T015', '42P10', 'Invalid'),
  ALX_VECTOR_ELEMENT: define('T016', '22000', 'Invalid'),
  ALX_AMBIGUOUS_FUNCTION: define('T017', '42725', 'Invalid'),
  ALX_INVALID_COLUMN_REFERENCE: define('T018', '42P10', 'Invalid'),
  ALX_INDETERMINATE_TYPE: define('T019', '42P18', 'Invalid'),
  ALX_NESTED_AGGREGATE: define('T020', '42803', 'Invalid'),
  ALX_WINDOW: define('T021', '42P20', 'Invalid'),
  ALX_WINDOW_NOT_FOUND: define('T022', '42704', 'Invalid'),
  ALX_WINDOW_CALL: define('T023', '42809', 'Invalid'),
  ALX_RECURSION: define('T024', '42P19', 'Invalid'),
  ALX_WRONG_OBJECT: define('T040', '42809', 'Invalid'),
  // K: constraints
  ALX_UNIQUE_VIOLATION: define('K001', '23505', 'Invalid'),
  ALX_FOREIGN_KEY_VIOLATION: define('K002', '23503', 'Invalid'),
  ALX_INVALID_FOREIGN_KEY: define('K004', '42830', 'Invalid'),
  ALX_CHECK_VIOLATION: define('K003', '23514', 'Invalid'),
  // S: transactions and storage
  ALX_SERIALIZATION_CONFLICT: define('S001', '40001', 'Conflict'),
  ALX_NO_TRANSACTION: define('S002', '25P01', 'Invalid'),
  ALX_TRANSACTION_FAILED: define('S002', '25P02', 'Invalid'),
  ALX_TRANSACTION_CLOSED: define('S002', '25P01', 'Closed'),
  ALX_TRANSACTION_ACTIVE: define('S002', '25001', 'Invalid'),
  ALX_READ_ONLY: define('S003', '25006', 'Invalid'),
  ALX_DEADLOCK: define('S004', '40P01', 'Conflict'),
  ALX_SAVEPOINT_NOT_FOUND: define('S005', '3B001', 'Invalid'),
  ALX_LOCK_NOT_AVAILABLE: define('S006', '55P03', 'Unavailable'),
  ALX_ALREADY_OPEN: define('S007', '55006', 'Unavailable'),
  ALX_CORRUPT: define('S008', 'XX001', 'Corrupt'),
  ALX_DISK_FULL: define('S009', '53100', 'Unavailable'),
  ALX_INCOMPATIBLE_VERSION: define('S010', '55000', 'Invalid'),
  ALX_NOT_A_DATABASE: define('S011', '55000', 'Invalid'),
  ALX_CLOSED: define('S012', '08003', 'Closed'),
  ALX_IO: define('S999', '58030', 'Unavailable'),
  // E: execution
  ALX_CARDINALITY: define('E001', '21000', 'Invalid'),
  ALX_INVALID_ARGUMENT: define('E002', '22023', 'Invalid'),
  ALX_RESOURCES: define('E003', '53000', 'Unavailable'),
  ALX_CAST_FAILURE: define('E004', '22P02', 'Invalid'),
  ALX_DIVISION_BY_ZERO: define('E005', '22012', 'Invalid'),
  ALX_OUT_OF_RANGE: define('E006', '22003', 'Invalid'),
  ALX_CANCELLED: define('E007', '57014', 'Unavailable'),
  ALX_TIMEOUT: define('E008', '57014', 'Unavailable'),
  ALX_MEMORY_LIMIT: define('E009', '53200', 'Unavailable'),
  ALX_FILE_ACCESS: define('E010', '42501', 'Invalid'),
  ALX_FILE_NOT_FOUND: define('E011', '58P01', 'Invalid'),
  ALX_STRING_TOO_LONG: define('E012', '22001', 'Invalid'),
  ALX_DATETIME_FORMAT: define('E013', '22007', 'Invalid'),
  ALX_DATETIME_OVERFLOW: define('E014', '22008', 'Invalid'),
  ALX_INVALID_TEXT_ENCODING: define('E015', '22021', 'Invalid'),
  ALX_ROW_COUNT: define('E016', 'P0002', 'Invalid'),
  ALX_FILE_FORMAT: define('E017', '22P04', 'Invalid'),
  ALX_SUBSTRING_LENGTH: define('E018', '22011', 'Invalid'),
  ALX_LOGARITHM_ARGUMENT: define('E019', '2201E', 'Invalid'),
  ALX_POWER_ARGUMENT: define('E020', '2201F', 'Invalid'),
  ALX_WIDTH_BUCKET_ARGUMENT: define('E021', '2201G', 'Invalid'),
  ALX_ESCAPE_SEQUENCE: define('E022', '22025', 'Invalid'),
  ALX_FRAME_OFFSET: define('E023', '22013', 'Invalid'),
  ALX_NTILE_ARGUMENT: define('E024', '22014', 'Invalid'),
  ALX_NTH_VALUE_ARGUMENT: define('E025', '22016', 'Invalid'),
  ALX_LIMIT_COUNT: define('E031', '2201W', 'Invalid'),
  ALX_OFFSET_COUNT: define('E032', '2201X', 'Invalid'),
  ALX_ARRAY_SUBSCRIPT: define('E040', '2202E', 'Invalid'),
  ALX_LIMIT_EXCEEDED: define('E041', '54000', 'Invalid'),
  ALX_NULL_VALUE: define('E042', '22004', 'Invalid'),
  ALX_REGULAR_EXPRESSION: define('E043', '2201B', 'Invalid'),
  ALX_INTERNAL: define('E999', 'XX000', 'Internal'),
  // F: features
  ALX_UNSUPPORTED: define('F001', '0A000', 'Invalid'),
} as const satisfies Record<string, ErrorDefinition>;

export type ErrorCode = keyof typeof ERROR_CODES;
