/**
 * The image of a graph: what lies at address 0 of its memory and, byte for byte, in the index section of an SSTable. Opening
 * decodes nothing. The container checksums it (docs/formats/hnsw.md has every field; numbers are little endian):
 *
 *   0                192
 *   +----------------+--------+-------+-------+------+-------+---------+---------+-------+------+
 *   | header         | levels | upper | links | pool | norms | deleted | centres | codes | rows |
 *   +----------------+--------+-------+-------+------+-------+---------+---------+-------+------+
 *                     1 a row  4       8 * m          4       1 bit     4 * dim   padded bytes
 *
 * Every part begins at a multiple of 64. `centres` and `codes` are there for SQ8 only. Rows come last: a walk over codes
 * needs none of them, so a reader may leave them where they are and read single ones.
 */
import { AlopexError } from '../../base/errors.ts';
import { HEADER, HEADER_BYTES, NONE } from '../../kernels/hnsw-layout.ts';
import { METRIC_CODE } from '../../kernels/metric-code.ts';
import type { Metric } from '../../types/data-type.ts';
import type { HnswQuantization, ResolvedHnswOptions } from './options.ts';

/** `ALXHNSW\0` as two words; part of the file format, do not change. */
const MAGIC_LOW = 0x48584c41;
const MAGIC_HIGH = 0x0057534e;
export const HNSW_FORMAT_VERSION = 1;

/** Part of the file format, do not change. */
const QUANTIZATION_CODE = Object.freeze({ none: 0, sq8: 1 } as const satisfies Record<
  HnswQuantization,
  number
>);

const PART_ALIGNMENT = 64;
const ADDRESS_SPACE = 2 ** 32;

/** Where the parts of an image are, and how large it is. */
export interface ImagePlan {
  readonly rowCount: number;
  readonly rowStride: number;
  readonly codeStride: number;
  readonly poolWords: number;
  readonly levels: number;
  readonly upper: number;
  readonly links: number;
  readonly pool: number;
  readonly norms: number;
  readonly deleted: number;
  readonly centres: number;
  readonly codes: number;
  readonly rows: number;
  readonly imageBytes: number;
}

/** Words of the pool that a row of this level takes: the head of its duplicates, then its links level by level. */
export function poolWordsOf(level: number, m: number): number {
  return level === 0 ? 0 : 1 + level * m;
}

/** Lays out the image of `rowCount` rows whose upper levels take `poolWords`; throws ALX_MEMORY_LIMIT beyond 4 GiB. */
export function planImage(
  options: ResolvedHnswOptions,
  rowCount: number,
  poolWords: number,
): ImagePlan {
  const { dimension, m, quantization } = options;
  const isCoded = quantization !== 'none';
  const rowStride = roundUp(dimension * 4, 32);
  const codeStride = isCoded ? roundUp(dimension, 16) : 0;
  let end = HEADER_BYTES;
  const place = (bytes: number): number => {
    const start = roundUp(end, PART_ALIGNMENT);
    end = start + bytes;
    return start;
  };
  const plan = {
    rowCount,
    rowStride,
    codeStride,
    poolWords,
    levels: place(rowCount),
    upper: place(rowCount * 4),
    links: place(rowCount * 8 * m),
    pool: place(poolWords * 4),
    norms: place(rowCount * 4),
    deleted: place(((rowCount + 31) >>> 5) * 4),
    centres: isCoded ? place(dimension * 4) : 0,
    codes: isCoded ? place(rowCount * codeStride) : 0,
    rows: place(rowCount * rowStride),
  };
  const imageBytes = roundUp(end, PART_ALIGNMENT);
  if (imageBytes >= ADDRESS_SPACE) {
    throw new AlopexError(
      'ALX_MEMORY_LIMIT',
      `a graph of ${rowCount} vectors of ${dimension} dimensions takes ${imageBytes} bytes, more than 4 GiB`,
      { hint: 'spread the rows over several segments' },
    );
  }
  return { ...plan, imageBytes };
}

/** Writes the header of a graph without links into `words`, the memory from address 0. */
export function writeHeader(
  words: Uint32Array,
  options: ResolvedHnswOptions,
  plan: ImagePlan,
): void {
  const set = (field: number, value: number): void => {
    words[field >>> 2] = value;
  };
  words.fill(0, 0, HEADER_BYTES >>> 2);
  set(HEADER.magic, MAGIC_LOW);
  set(HEADER.magic + 4, MAGIC_HIGH);
  set(HEADER.version, HNSW_FORMAT_VERSION);
  set(HEADER.headerBytes, HEADER_BYTES);
  set(HEADER.dimension, options.dimension);
  set(HEADER.metric, METRIC_CODE[options.metric]);
  set(HEADER.quantization, QUANTIZATION_CODE[options.quantization]);
  set(HEADER.m, options.m);
  set(HEADER.efConstruction, options.efConstruction);
  set(HEADER.entry, NONE);
  for (const [name, value] of Object.entries(plan)) {
    // A plan's fields are fields of the header, by the same names.
    set(HEADER[name as keyof ImagePlan], value);
  }
}

/** Reads the options back and checks that the header describes an image of its own size; throws ALX_CORRUPT and kin. */
export function readHeader(words: Uint32Array): ResolvedHnswOptions {
  const field = (at: number): number => words[at >>> 2] ?? 0;
  if (field(HEADER.magic) !== MAGIC_LOW || field(HEADER.magic + 4) !== MAGIC_HIGH) {
    throw corrupt('it does not begin with the magic of a graph');
  }
  if (field(HEADER.version) !== HNSW_FORMAT_VERSION) {
    throw new AlopexError(
      'ALX_INCOMPATIBLE_VERSION',
      `a vector index segment has format version ${field(HEADER.version)}, this program reads ${HNSW_FORMAT_VERSION}`,
    );
  }
  const metric = nameOf<Metric>(METRIC_CODE, field(HEADER.metric));
  const quantization = nameOf<HnswQuantization>(QUANTIZATION_CODE, field(HEADER.quantization));
  if (metric === undefined || quantization === undefined) {
    throw corrupt('its metric or quantization is unknown');
  }
  const options: ResolvedHnswOptions = {
    dimension: field(HEADER.dimension),
    metric,
    m: field(HEADER.m),
    efConstruction: field(HEADER.efConstruction),
    quantization,
  };
  const plan = planImage(options, field(HEADER.rowCount), field(HEADER.poolWords));
  for (const [name, value] of Object.entries(plan)) {
    if (field(HEADER[name as keyof ImagePlan]) !== value) {
      throw corrupt(`its field ${name} is ${field(HEADER[name as keyof ImagePlan])}, not ${value}`);
    }
  }
  const entry = field(HEADER.entry);
  if (entry !== NONE && entry >= plan.rowCount) throw corrupt('its entry point is no row');
  if (entry === NONE && field(HEADER.linkedCount) > 0) throw corrupt('it has no entry point');
  return options;
}

function corrupt(detail: string): AlopexError {
  return new AlopexError('ALX_CORRUPT', `a vector index segment is damaged: ${detail}`, {
    hint: 'rebuild the index with REINDEX',
  });
}

function nameOf<Name extends string>(
  codes: Readonly<Record<Name, number>>,
  code: number,
): Name | undefined {
  // The keys of a record typed by Name are names.
  return (Object.keys(codes) as Name[]).find((name) => codes[name] === code);
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
