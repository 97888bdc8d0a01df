/** What CREATE INDEX … USING hnsw says of its one vector column: metric and options, checked, defaults filled in. */
import type { Metric } from '@alopex-db/core/types';
import { HNSW_DEFAULTS, metricOfOperatorClass, parseMetric } from '@alopex-db/core/vector';
import type { CreateIndexStatement, IndexElement, Option } from '../ast/ddl.ts';
import type { Identifier } from '../ast/name.ts';
import type { VectorIndexOptions } from '../catalog/index-def.ts';
import type { ColumnDef } from '../catalog/table-def.ts';
import { didYouMean, errorAt } from '../errors.ts';
import { positioned, unsupported } from './bind-error.ts';

/** Vectors that are longer lie out of line, where graphs do not read them. */
const DIMENSION_MAX = 16_384;

const OPTION_NAMES = ['ef_construction', 'm', 'metric', 'quantization'];
const M_BOUNDS = { least: 2, greatest: 100 };
const EF_CONSTRUCTION_BOUNDS = { least: 4, greatest: 10_000 };

export function isVectorMethod(method: Identifier | undefined): boolean {
  return method?.name === 'hnsw';
}

/** For the one element of the statement, which is the column. */
export function vectorIndexOptions(
  statement: CreateIndexStatement,
  column: ColumnDef,
): VectorIndexOptions {
  const element = statement.elements[0]!;
  refuseForms(statement);
  requireDimension(element, column);
  const given = readOptions(statement.options);
  const m = integerOption(given.get('m'), M_BOUNDS) ?? HNSW_DEFAULTS.m;
  const efConstruction =
    integerOption(given.get('ef_construction'), EF_CONSTRUCTION_BOUNDS) ??
    Math.max(HNSW_DEFAULTS.efConstruction, m);
  if (efConstruction < m) {
    throw badValue(given.get('ef_construction')!, `an integer that is not below m, which is ${m}`);
  }
  const quantization = quantizationOption(given.get('quantization'));
  const metric = metricOf(element, given.get('metric'), column);
  return { metric, m, efConstruction, quantization };
}

function refuseForms({ method, unique, elements, span }: CreateIndexStatement): void {
  const name = method!.name;
  if (unique) {
    throw errorAt(
      'ALX_UNSUPPORTED',
      `access method "${name}" does not support unique indexes`,
      span,
    );
  }
  const second = elements[1];
  if (second !== undefined) {
    throw errorAt(
      'ALX_UNSUPPORTED',
      `access method "${name}" does not support multicolumn indexes`,
      second.span,
    );
  }
  const element = elements[0]!;
  if (element.descending || element.nulls !== undefined) {
    throw errorAt(
      'ALX_UNSUPPORTED',
      `access method "${name}" does not support ASC/DESC or NULLS FIRST/LAST`,
      element.span,
    );
  }
}

function requireDimension({ span }: IndexElement, { name, type }: ColumnDef): void {
  if (type.kind !== 'vector') {
    throw errorAt(
      'ALX_TYPE_MISMATCH',
      `column "${name}" is of type ${type.kind}, and an hnsw index is over a vector`,
      span,
      { columnName: name },
    );
  }
  if (type.dimension === undefined) {
    throw errorAt('ALX_VECTOR_DIMENSION', `column "${name}" does not have dimensions`, span, {
      hint: 'Give its type a length, as in vector(384).',
      columnName: name,
    });
  }
  if (type.dimension > DIMENSION_MAX) {
    const feature = `an hnsw index of ${type.dimension} dimensions`;
    throw unsupported(feature, span, `Up to ${DIMENSION_MAX} are.`);
  }
}

function readOptions(options: readonly Option[]): ReadonlyMap<string, Option> {
  const given = new Map<string, Option>();
  for (const option of options) {
    if (!OPTION_NAMES.includes(option.name)) {
      throw errorAt('ALX_UNKNOWN_OPTION', `unrecognized parameter "${option.name}"`, option.span, {
        hint: didYouMean(option.name, OPTION_NAMES) ?? `Known are ${OPTION_NAMES.join(', ')}.`,
      });
    }
    if (given.has(option.name)) {
      throw errorAt(
        'ALX_UNKNOWN_OPTION',
        `parameter "${option.name}" specified more than once`,
        option.span,
      );
    }
    given.set(option.name, option);
  }
  return given;
}

function integerOption(
  option: Option | undefined,
  { least, greatest }: typeof M_BOUNDS,
): number | undefined {
  if (option === undefined) return undefined;
  const text = optionText(option);
  const value = Number(text);
  if (text !== undefined && /^\d+$/.test(text) && value >= least && value <= greatest) return value;
  throw badValue(option, `an integer from ${least} to ${greatest}`);
}

function quantizationOption(option: Option | undefined): 'none' | 'sq8' {
  if (option === undefined) return HNSW_DEFAULTS.quantization;
  const text = optionText(option)?.toLowerCase();
  if (text === 'none' || text === 'sq8') return text;
  if (text === 'binary') {
    throw unsupported("quantization = 'binary'", option.span, "'none' and 'sq8' are.");
  }
  throw badValue(option, "'none' or 'sq8'");
}

/** The operator class, else the option, else the column's. */
function metricOf(
  { operatorClass }: IndexElement,
  option: Option | undefined,
  { type }: ColumnDef,
): Metric {
  const said = option === undefined ? undefined : metricOption(option);
  if (operatorClass === undefined) {
    return said ?? (type.kind === 'vector' ? type.metric : undefined) ?? 'cosine';
  }
  const { name } = operatorClass.parts.at(-1)!;
  const metric = metricOfOperatorClass(name);
  if (metric === undefined) {
    throw errorAt(
      'ALX_TYPE_NOT_FOUND',
      `operator class "${name}" does not exist for access method "hnsw"`,
      operatorClass.span,
    );
  }
  if (said !== undefined && said !== metric) {
    throw badValue(option!, `the metric of operator class ${name}, or left out`);
  }
  return metric;
}

function metricOption(option: Option): Metric {
  const text = optionText(option);
  if (text === undefined) throw badValue(option, 'the name of a metric');
  return positioned(option.span, () => parseMetric(text));
}

function optionText({ value }: Option): string | undefined {
  if (value?.kind === 'string-literal') return value.value;
  return value?.kind === 'integer-literal' ? value.text : undefined;
}

function badValue(option: Option, wanted: string): Error {
  return errorAt(
    'ALX_UNKNOWN_OPTION',
    `invalid value for parameter "${option.name}" of an index`,
    option.span,
    { hint: `It is ${wanted}.` },
  );
}
