/** The checker itself: known good histories pass, each known bad one is named. */
import { describe, expect, it } from 'vitest';
import { findAnomalies, type ListHistory, type ListOperation } from './list-append.ts';

/** `a+1` appends, `a=1,2` reads; a name with `!` aborted. Final lists as `a=1,2`. */
function history(transactions: Readonly<Record<string, string>>, final: string): ListHistory {
  return {
    transactions: Object.entries(transactions).map(([name, operations]) => ({
      name,
      outcome: name.endsWith('!') ? 'aborted' : 'committed',
      operations: operations.split(' ').map(parseOperation),
    })),
    final: new Map(
      final.split(' ').map((word) => {
        const operation = parseOperation(word);
        return [operation.key, operation.kind === 'read' ? operation.values : []];
      }),
    ),
  };
}

function parseOperation(word: string): ListOperation {
  const key = word[0]!;
  const rest = word.slice(2);
  if (word[1] === '+') return { kind: 'append', key, value: Number(rest) };
  return { kind: 'read', key, values: rest === '' ? [] : rest.split(',').map(Number) };
}

function kindsOf(transactions: Readonly<Record<string, string>>, final: string): string[] {
  return findAnomalies(history(transactions, final)).map(({ kind }) => kind);
}

describe('the list-append checker', () => {
  it('passes a serial history', () => {
    expect(
      kindsOf({ A: 'a+1 b+2', B: 'a=1 b=2 a+3 a=1,3', C: 'a=1,3 b=2 b+4' }, 'a=1,3 b=2,4'),
    ).toEqual([]);
  });

  it('passes a history whose serial order is not that of its names, and aborted transactions nobody saw', () => {
    expect(kindsOf({ A: 'a=2 b+1', B: 'b= a=', C: 'a+2', 'D!': 'a+9' }, 'a=2 b=1')).toEqual([]);
  });

  it('names a dirty write: two transactions interleaved over two keys (G0)', () => {
    expect(kindsOf({ A: 'a+1 b+2', B: 'a+3 b+4' }, 'a=1,3 b=4,2')).toEqual(['G0']);
  });

  it('names an aborted read (G1a), in a transaction and in the end', () => {
    expect(kindsOf({ 'A!': 'a+1', B: 'a=1' }, 'a=')).toEqual(['G1a', 'incompatible order']);
    expect(kindsOf({ 'A!': 'a+1' }, 'a=1')).toEqual(['G1a']);
  });

  it('names an intermediate read (G1b)', () => {
    expect(kindsOf({ A: 'a+1 a+2', B: 'a=1' }, 'a=1,2')).toContain('G1b');
  });

  it('names information that flows in a circle (G1c)', () => {
    expect(kindsOf({ A: 'a+1 b=2', B: 'b+2 a=1' }, 'a=1 b=2')).toEqual(['G1c']);
  });

  it('names read skew, and a lost update, as a cycle with one anti-dependency (G-single)', () => {
    expect(kindsOf({ A: 'a= b=2', B: 'a+1 b+2' }, 'a=1 b=2')).toEqual(['G-single']);
    expect(kindsOf({ A: 'a= a+1', B: 'a= a+2' }, 'a=1,2')).toEqual(['G-single']);
  });

  it('names write skew as a cycle with two anti-dependencies (G2)', () => {
    expect(kindsOf({ A: 'a= b+1', B: 'b= a+2' }, 'a=2 b=1')).toEqual(['G2']);
  });

  it('names the anomaly of a read-only transaction (G2)', () => {
    // B took what C's reader did not see yet, and A, which only reads, saw C without B.
    expect(kindsOf({ A: 'x= y=1', B: 'x= y= x+2', C: 'y+1' }, 'x=2 y=1')).toEqual(['G2']);
  });

  it('names an append that is gone, and lists that grew in two orders', () => {
    expect(kindsOf({ A: 'a+1', B: 'a+2' }, 'a=2')).toEqual(['lost append']);
    expect(kindsOf({ A: 'a+1', B: 'a+2', C: 'a=2,1' }, 'a=1,2')).toContain('incompatible order');
  });

  it('names a transaction that contradicts itself', () => {
    expect(kindsOf({ A: 'a+1', B: 'a= a=1' }, 'a=1')).toContain('internal');
    expect(kindsOf({ A: 'a+1 a=' }, 'a=1')).toContain('internal');
  });

  it('says which cycle it found', () => {
    const [anomaly] = findAnomalies(history({ A: 'a= b+1', B: 'b= a+2' }, 'a=2 b=1'));
    expect(anomaly?.text).toBe('A -rw a-> B -rw b-> A');
  });
});
