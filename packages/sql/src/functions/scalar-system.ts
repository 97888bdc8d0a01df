/** Identifiers, and what a session tells about itself. */
import { nullableFunction, strictFunction, uuidFunctions as uuid } from '@alopex-db/core/compute';
import type { ScalarFunction } from '@alopex-db/core/exec';
import { INT32, TEXT, UUID, type DataType } from '@alopex-db/core/types';
import { DATABASE_NAME, DEFAULT_SCHEMA } from '../catalog/catalog.ts';
import type { FunctionGroup, ScalarDef } from './function-def.ts';

function define(
  name: string,
  group: FunctionGroup,
  summary: string,
  implementation: ScalarFunction,
  returns: DataType,
  args: readonly DataType[],
  aliases?: readonly string[],
): ScalarDef {
  return {
    kind: 'scalar',
    name,
    aliases,
    group,
    summary,
    overloads: [{ args, returns, implementation }],
  };
}

function told(
  name: string,
  summary: string,
  value: string,
  aliases?: readonly string[],
): ScalarDef {
  return define(
    name,
    'system',
    summary,
    strictFunction(name, () => value, 'stable'),
    TEXT,
    [],
    aliases,
  );
}

export const SYSTEM_FUNCTIONS: readonly ScalarDef[] = [
  define(
    'gen_random_uuid',
    'identifier',
    'A random UUID (version 4).',
    uuid.genRandomUuid,
    UUID,
    [],
    ['uuidv4'],
  ),
  define(
    'uuidv7',
    'identifier',
    'A UUID that sorts by the time it was made (version 7).',
    uuid.uuidV7,
    UUID,
    [],
  ),
  told('current_database', 'Name of the database.', DATABASE_NAME, ['current_catalog']),
  told('current_schema', 'Schema in which new tables are made.', DEFAULT_SCHEMA),
  told('current_user', 'Name of the user.', 'alopex', ['session_user', 'user']),
  told('version', 'What this database is.', 'Alopex DB'),
  {
    kind: 'scalar',
    name: 'num_nulls',
    group: 'type',
    summary: 'How many arguments are null.',
    overloads: [
      {
        args: ['any'],
        variadic: true,
        returns: INT32,
        implementation: nullableFunction(
          'num_nulls',
          (args) => args.filter((value) => value === null).length,
        ),
      },
    ],
  },
];
