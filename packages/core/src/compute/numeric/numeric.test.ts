import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { columnFromScalars } from '../../types/create-column-builder.ts';
import { NUMERIC, TEXT, numericType } from '../../types/data-type.ts';
import {
  compareNumeric,
  compareStoredNumeric,
  decodeNumeric,
  encodeNumeric,
  formatNumeric,
  numericOf,
  powerOfTen,
} from '../../types/numeric.ts';
import {
  decodeOrderKey,
  encodeOrderKey,
  ascendingKey,
  descendingKey,
} from '../../types/order-key.ts';
import { scalarAt } from '../../types/scalar-at.ts';
import { compareBytes } from '../../base/bytes.ts';
import { castScalar } from '../cast-scalar.ts';
import { testRuntime } from '../../../test/test-runtime.ts';
import { numericFunctions } from './numeric-functions.ts';

const SEED = Number(process.env['ALOPEX_TEST_SEED'] ?? 20_261_125);
const ROUNDS = 2_000;

function randomText(random: SeededRandom): string {
  const digits = random.pick([1, 2, 5, 9, 15, 16, 17, 20, 38]);
  let text = random.chance(0.5) ? '-' : '';
  for (let index = 0; index < digits; index += 1) text += String(random.below(10));
  const places = random.below(digits);
  const point = text.length - places;
  return places === 0 ? text : `${text.slice(0, point)}.${text.slice(point)}`;
}

/** The coefficient over 10^60: wide enough for every sum, difference and product of the texts above. */
function model(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(`${whole}${fraction.padEnd(60, '0')}`);
}

describe('numeric', () => {
  it('comes back from bytes, keys and text as it was', () => {
    const random = new SeededRandom(SEED);
    for (let round = 0; round < ROUNDS; round += 1) {
      const value = numericOf(randomText(random));
      const bytes = encodeNumeric(value);
      const note = `seed ${SEED}, round ${round}, ${formatNumeric(value)}`;
      expect(decodeNumeric(bytes, 0, bytes.length), note).toEqual(value);
      for (const key of [ascendingKey(NUMERIC), descendingKey(NUMERIC)]) {
        const [read] = decodeOrderKey([key], encodeOrderKey([key], [formatNumeric(value)]));
        expect(compareNumeric(numericOf(String(read)), value), note).toBe(0);
      }
    }
  });

  it('has one order in values, bytes and keys', () => {
    const random = new SeededRandom(SEED);
    const special = ['NaN', 'Infinity', '-Infinity', '0', '0.00', '-0.5', '100', '100.0', '99.99'];
    for (let round = 0; round < ROUNDS; round += 1) {
      const one = random.chance(0.2) ? random.pick(special) : randomText(random);
      const other = random.chance(0.2) ? random.pick(special) : randomText(random);
      const note = `seed ${SEED}, round ${round}, ${one} and ${other}`;
      const order = Math.sign(compareNumeric(numericOf(one), numericOf(other)));
      const left = encodeNumeric(numericOf(one));
      const right = encodeNumeric(numericOf(other));
      expect(
        Math.sign(compareStoredNumeric(left, 0, left.length, right, 0, right.length)),
        note,
      ).toBe(order);
      const key = ascendingKey(NUMERIC);
      expect(
        Math.sign(compareBytes(encodeOrderKey([key], [one]), encodeOrderKey([key], [other]))),
        note,
      ).toBe(order);
    }
  });

  it('adds, subtracts, multiplies and takes remainders as integers do', () => {
    const random = new SeededRandom(SEED);
    const texts = Array.from({ length: ROUNDS }, () => randomText(random));
    const others = Array.from({ length: ROUNDS }, () => randomText(random));
    const columns = [columnFromScalars(NUMERIC, texts), columnFromScalars(NUMERIC, others)];
    const { plus, minus, times } = numericFunctions;
    const [sums, differences, products] = [plus, minus, times].map((one) =>
      one.evaluate(columns, ROUNDS, NUMERIC, testRuntime()),
    );
    for (let row = 0; row < ROUNDS; row += 1) {
      const a = model(texts[row]!);
      const b = model(others[row]!);
      const note = `seed ${SEED}, row ${row}: ${texts[row]} and ${others[row]}`;
      expect(model(String(scalarAt(sums!, row))), note).toBe(a + b);
      expect(model(String(scalarAt(differences!, row))), note).toBe(a - b);
      const [, fraction = ''] = String(scalarAt(products!, row)).split('.');
      const product = BigInt(String(scalarAt(products!, row)).replace('.', ''));
      expect(product * powerOfTen(120 - fraction.length), note).toBe(a * b);
    }
  });

  it('rounds halves away from zero and refuses more digits than its precision', () => {
    const fit = (text: string, precision: number, scale: number) =>
      castScalar(text, TEXT, numericType(precision, scale));
    expect(fit('1.005', 10, 2)).toBe('1.01');
    expect(fit('-1.005', 10, 2)).toBe('-1.01');
    expect(fit('99.994', 4, 2)).toBe('99.99');
    expect(() => fit('99.995', 4, 2)).toThrow(
      expect.objectContaining({ code: 'ALX_OUT_OF_RANGE' }),
    );
    expect(() => fit('Infinity', 4, 2)).toThrow(
      expect.objectContaining({ code: 'ALX_OUT_OF_RANGE' }),
    );
    expect(fit('NaN', 4, 2)).toBe('NaN');
  });
});
