/** Functions of text and byte strings. */
import { byteaFunctions as bytea, textFunctions as text } from '@alopex-db/core/compute';
import type { ScalarFunction } from '@alopex-db/core/exec';
import { BOOLEAN, BYTEA, INT32, INT64, TEXT, type DataType } from '@alopex-db/core/types';
import type { ArgumentType, Overload, ScalarDef } from './function-def.ts';

type Extra = Partial<Pick<ScalarDef, 'aliases'>>;

/** Overloads that differ in their arguments alone. */
function define(
  name: string,
  summary: string,
  implementation: ScalarFunction,
  returns: DataType,
  forms: readonly (readonly ArgumentType[])[],
  extra: Extra = {},
): ScalarDef {
  return {
    kind: 'scalar',
    name,
    group: 'string',
    summary,
    overloads: forms.map((args) => ({ args, returns, implementation })),
    ...extra,
  };
}

function variadic(name: string, summary: string, overload: Overload<ScalarFunction>): ScalarDef {
  return {
    kind: 'scalar',
    name,
    group: 'string',
    summary,
    overloads: [{ ...overload, variadic: true }],
  };
}

const TRIM_FORMS = [[TEXT], [TEXT, TEXT]] as const;
const PAD_FORMS = [
  [TEXT, INT32],
  [TEXT, INT32, TEXT],
] as const;

export const TEXT_FUNCTIONS: readonly ScalarDef[] = [
  {
    kind: 'scalar',
    name: 'length',
    aliases: ['char_length', 'character_length'],
    group: 'string',
    summary: 'Number of characters of a text, or of bytes of a byte string.',
    overloads: [
      { args: [TEXT], returns: INT32, implementation: text.length },
      { args: [BYTEA], returns: INT32, implementation: text.octetLength },
    ],
  },
  define('octet_length', 'Number of bytes.', text.octetLength, INT32, [[TEXT], [BYTEA]]),
  define('bit_length', 'Number of bits.', text.bitLength, INT32, [[TEXT], [BYTEA]]),
  define('lower', 'Lower case.', text.lower, TEXT, [[TEXT]]),
  define('upper', 'Upper case.', text.upper, TEXT, [[TEXT]]),
  define(
    'initcap',
    'The first letter of every word in upper case, the others in lower case.',
    text.initcap,
    TEXT,
    [[TEXT]],
  ),
  variadic('concat', 'Joins all arguments as text, leaving out nulls.', {
    args: ['as-text'],
    returns: TEXT,
    implementation: text.concat,
  }),
  variadic('concat_ws', 'Joins arguments with the first one between them, leaving out nulls.', {
    args: [TEXT, 'as-text'],
    returns: TEXT,
    implementation: text.concatWs,
  }),
  define(
    'substring',
    'The part that begins at a position counted from 1, of so many characters.',
    text.substring,
    TEXT,
    [
      [TEXT, INT32],
      [TEXT, INT32, INT32],
    ],
    { aliases: ['substr'] },
  ),
  define(
    'left',
    'So many characters from the start; a negative number leaves so many at the end.',
    text.left,
    TEXT,
    [[TEXT, INT32]],
  ),
  define(
    'right',
    'So many characters from the end; a negative number leaves so many at the start.',
    text.right,
    TEXT,
    [[TEXT, INT32]],
  ),
  define(
    'btrim',
    'Without blanks, or the given characters, at both ends.',
    text.btrim,
    TEXT,
    TRIM_FORMS,
    { aliases: ['trim'] },
  ),
  define(
    'ltrim',
    'Without blanks, or the given characters, at the start.',
    text.ltrim,
    TEXT,
    TRIM_FORMS,
  ),
  define(
    'rtrim',
    'Without blanks, or the given characters, at the end.',
    text.rtrim,
    TEXT,
    TRIM_FORMS,
  ),
  define(
    'replace',
    'Every occurrence of the second argument replaced by the third.',
    text.replace,
    TEXT,
    [[TEXT, TEXT, TEXT]],
  ),
  define(
    'strpos',
    'Position of the second argument in the first, from 1; 0 where it is not.',
    text.strpos,
    INT32,
    [[TEXT, TEXT]],
    { aliases: ['instr'] },
  ),
  define('repeat', 'The text so many times.', text.repeat, TEXT, [[TEXT, INT32]]),
  define('reverse', 'The characters in reverse order.', text.reverse, TEXT, [[TEXT]]),
  define('lpad', 'Filled at the start up to a length, or cut to it.', text.lpad, TEXT, PAD_FORMS),
  define('rpad', 'Filled at the end up to a length, or cut to it.', text.rpad, TEXT, PAD_FORMS),
  define('overlay', 'Text with a part of it replaced.', text.overlay, TEXT, [
    [TEXT, TEXT, INT32],
    [TEXT, TEXT, INT32, INT32],
  ]),
  define(
    'split_part',
    'The n-th field between delimiters; negative counts from the end.',
    text.splitPart,
    TEXT,
    [[TEXT, TEXT, INT32]],
  ),
  define('ascii', 'Code point of the first character.', text.ascii, INT32, [[TEXT]]),
  define('chr', 'The character of a code point.', text.chr, TEXT, [[INT32]]),
  define(
    'starts_with',
    'Whether the text begins with the second argument.',
    text.startsWith,
    BOOLEAN,
    [[TEXT, TEXT]],
  ),
  define('ends_with', 'Whether the text ends with the second argument.', text.endsWith, BOOLEAN, [
    [TEXT, TEXT],
  ]),
  define(
    'translate',
    'Characters of the second argument replaced by those of the third.',
    text.translate,
    TEXT,
    [[TEXT, TEXT, TEXT]],
  ),
  define('quote_ident', 'The text as an SQL name.', text.quoteIdent, TEXT, [[TEXT]]),
  define('quote_literal', 'The text as an SQL string.', text.quoteLiteral, TEXT, [[TEXT]], {
    aliases: ['quote'],
  }),
  {
    kind: 'scalar',
    name: 'to_hex',
    group: 'string',
    summary: 'The integer in base sixteen.',
    overloads: [
      { args: [INT32], returns: TEXT, implementation: text.toHex32 },
      { args: [INT64], returns: TEXT, implementation: text.toHex64 },
    ],
  },
  define('md5', 'MD5 hash in base sixteen.', bytea.md5, TEXT, [[TEXT], [BYTEA]]),
  define('encode', "Bytes as text in the format 'hex', 'base64' or 'escape'.", bytea.encode, TEXT, [
    [BYTEA, TEXT],
  ]),
  define('decode', "Bytes from text in the format 'hex' or 'base64'.", bytea.decode, BYTEA, [
    [TEXT, TEXT],
  ]),
];
