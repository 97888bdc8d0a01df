/**
 * Finds what isolation a history of transactions lacks, from the history alone (Kingsbury and Alvaro, "Elle: Inferring Isolation
 * Anomalies from Experimental Observations"). Transactions append unique values to lists and read lists, so a list read tells
 * which appends came before and in which order.
 *
 *   1. the final lists give the order of the versions of every key
 *   2. reads are looked at one by one: values of aborted transactions, values between two appends of one transaction, lists
 *      that are no beginning of the final one, appends that are lost, a transaction that contradicts itself
 *   3. dependencies between committed transactions:
 *        ww  b appended right after a
 *        wr  b read a list that ends with a's value
 *        rw  a read a list, b appended what follows it
 *   4. a cycle of dependencies is an anomaly, named as by Adya ("Weak Consistency", 1999):
 *        G0 of ww alone; G1c of ww and wr; G-single with one rw; G2 with more
 *
 * A history without any of these is serializable.
 */
import { assert } from '../base/assert.ts';

export type ListOperation =
  | { readonly kind: 'append'; readonly key: string; readonly value: number }
  | { readonly kind: 'read'; readonly key: string; readonly values: readonly number[] };

export interface ListTransaction {
  readonly name: string;
  readonly outcome: 'committed' | 'aborted';
  readonly operations: readonly ListOperation[];
}

export interface ListHistory {
  /** Values are appended once in the whole history. */
  readonly transactions: readonly ListTransaction[];
  /** All lists, read after the last transaction has ended. */
  readonly final: ReadonlyMap<string, readonly number[]>;
}

export type AnomalyKind =
  | 'G0'
  | 'G1a'
  | 'G1b'
  | 'G1c'
  | 'G-single'
  | 'G2'
  | 'incompatible order'
  | 'lost append'
  | 'internal';

export interface Anomaly {
  readonly kind: AnomalyKind;
  /** What was seen, with the names of the transactions. */
  readonly text: string;
}

type DependencyKind = 'ww' | 'wr' | 'rw';

interface Dependency {
  readonly kind: DependencyKind;
  readonly from: ListTransaction;
  readonly to: ListTransaction;
  readonly key: string;
}

/** Where a value was appended. */
interface Append {
  readonly transaction: ListTransaction;
  /** Whether the transaction appended to the same key later. */
  isIntermediate: boolean;
}

/** All anomalies of single reads, and a shortest cycle of each kind; G2 only if no cycle with fewer anti-dependencies is as short. */
export function findAnomalies(history: ListHistory): Anomaly[] {
  const appends = indexAppends(history);
  const anomalies = [...checkFinal(history, appends)];
  for (const transaction of history.transactions) {
    if (transaction.outcome !== 'committed') continue;
    anomalies.push(...checkInternal(transaction), ...checkReads(transaction, history, appends));
  }
  anomalies.push(...findCycles(new DependencyGraph(dependenciesOf(history, appends))));
  return anomalies;
}

function indexAppends({ transactions }: ListHistory): Map<number, Append> {
  const appends = new Map<number, Append>();
  for (const transaction of transactions) {
    const last = new Map<string, Append>();
    for (const operation of transaction.operations) {
      if (operation.kind !== 'append') continue;
      assert(!appends.has(operation.value), 'every value is appended once in a history');
      const append: Append = { transaction, isIntermediate: false };
      appends.set(operation.value, append);
      const previous = last.get(operation.key);
      if (previous !== undefined) previous.isIntermediate = true;
      last.set(operation.key, append);
    }
  }
  return appends;
}

function* checkFinal(
  { transactions, final }: ListHistory,
  appends: ReadonlyMap<number, Append>,
): Iterable<Anomaly> {
  for (const [key, values] of final) {
    for (const value of values) {
      if (appends.get(value)?.transaction.outcome === 'committed') continue;
      yield { kind: 'G1a', text: `in the end ${key} holds ${value}, which nobody committed` };
    }
  }
  for (const { name, outcome, operations } of transactions) {
    if (outcome !== 'committed') continue;
    for (const operation of operations) {
      if (operation.kind !== 'append') continue;
      const { key, value } = operation;
      if (final.get(key)?.includes(value) === true) continue;
      yield { kind: 'lost append', text: `${name} appended ${value} to ${key}: it is gone` };
    }
  }
}

/** Whether each read continues the one before it in the same transaction with what the transaction appended in between. */
function* checkInternal({ name, operations }: ListTransaction): Iterable<Anomaly> {
  const known = new Map<string, { values: readonly number[]; isWhole: boolean }>();
  for (const operation of operations) {
    const { key } = operation;
    const { values, isWhole } = known.get(key) ?? { values: [], isWhole: false };
    if (operation.kind === 'append') {
      known.set(key, { values: [...values, operation.value], isWhole });
      continue;
    }
    const seen = operation.values;
    const tail = isWhole ? seen : seen.slice(Math.max(0, seen.length - values.length));
    if (!isSame(tail, values))
      yield {
        kind: 'internal',
        text: `${name} read ${key} as ${show(seen)}, having known ${show(values)}`,
      };
    known.set(key, { values: seen, isWhole: true });
  }
}

function* checkReads(
  transaction: ListTransaction,
  { final }: ListHistory,
  appends: ReadonlyMap<number, Append>,
): Iterable<Anomaly> {
  for (const { key, values } of externalReads(transaction)) {
    const read = `${transaction.name} read ${key} as ${show(values)}`;
    for (const value of values) {
      if (appends.get(value)?.transaction.outcome === 'committed') continue;
      yield { kind: 'G1a', text: `${read}, where nobody committed ${value}` };
    }
    const last = values.at(-1);
    if (last !== undefined && appends.get(last)?.isIntermediate === true)
      yield {
        kind: 'G1b',
        text: `${read}, in the middle of ${appends.get(last)!.transaction.name}`,
      };
    const order = final.get(key) ?? [];
    if (!isSame(values, order.slice(0, values.length)))
      yield { kind: 'incompatible order', text: `${read}, in the end it is ${show(order)}` };
  }
}

/** Reads without what the transaction has appended itself. */
function* externalReads(
  transaction: ListTransaction,
): Iterable<{ readonly key: string; readonly values: readonly number[] }> {
  const own = new Set<number>();
  for (const operation of transaction.operations) {
    if (operation.kind === 'append') own.add(operation.value);
    else yield { key: operation.key, values: operation.values.filter((value) => !own.has(value)) };
  }
}

function dependenciesOf(
  { transactions, final }: ListHistory,
  appends: ReadonlyMap<number, Append>,
): Dependency[] {
  const dependencies: Dependency[] = [];
  const add = (
    kind: DependencyKind,
    key: string,
    from: ListTransaction | undefined,
    to: ListTransaction | undefined,
  ): void => {
    if (from === undefined || to === undefined || from === to) return;
    dependencies.push({ kind, key, from, to });
  };
  const committed = (value: number | undefined): ListTransaction | undefined => {
    const writer = value === undefined ? undefined : appends.get(value)?.transaction;
    return writer?.outcome === 'committed' ? writer : undefined;
  };
  for (const [key, values] of final) {
    for (let index = 1; index < values.length; index += 1)
      add('ww', key, committed(values[index - 1]), committed(values[index]));
  }
  for (const transaction of transactions) {
    if (transaction.outcome !== 'committed') continue;
    for (const { key, values } of externalReads(transaction)) {
      add('wr', key, committed(values.at(-1)), transaction);
      add('rw', key, transaction, committed(final.get(key)?.[values.length]));
    }
  }
  return dependencies;
}

class DependencyGraph {
  readonly dependencies: readonly Dependency[];
  readonly #from = new Map<ListTransaction, Dependency[]>();

  constructor(dependencies: readonly Dependency[]) {
    this.dependencies = dependencies;
    for (const dependency of dependencies) {
      const list = this.#from.get(dependency.from);
      if (list === undefined) this.#from.set(dependency.from, [dependency]);
      else list.push(dependency);
    }
  }

  /** A shortest cycle that begins with a dependency of kind `first` and goes on with `others` only. */
  cycle(first: DependencyKind, others: readonly DependencyKind[]): Dependency[] | undefined {
    let shortest: Dependency[] | undefined;
    for (const dependency of this.dependencies) {
      if (dependency.kind !== first) continue;
      const way = this.#way(dependency.to, dependency.from, others);
      if (way === undefined || (shortest !== undefined && shortest.length <= way.length + 1))
        continue;
      shortest = [dependency, ...way];
    }
    return shortest;
  }

  /** Breadth first. */
  #way(
    from: ListTransaction,
    to: ListTransaction,
    kinds: readonly DependencyKind[],
  ): Dependency[] | undefined {
    const reachedBy = new Map<ListTransaction, Dependency | undefined>([[from, undefined]]);
    // A map is walked in the order of insertion, with what is inserted meanwhile.
    for (const transaction of reachedBy.keys()) {
      if (transaction === to) return wayBack(reachedBy, to);
      for (const dependency of this.#from.get(transaction) ?? []) {
        if (kinds.includes(dependency.kind) && !reachedBy.has(dependency.to))
          reachedBy.set(dependency.to, dependency);
      }
    }
    return undefined;
  }
}

function wayBack(
  reachedBy: ReadonlyMap<ListTransaction, Dependency | undefined>,
  to: ListTransaction,
): Dependency[] {
  const way: Dependency[] = [];
  for (let step = reachedBy.get(to); step !== undefined; step = reachedBy.get(step.from))
    way.unshift(step);
  return way;
}

function* findCycles(graph: DependencyGraph): Iterable<Anomaly> {
  const kinds: readonly (readonly [AnomalyKind, DependencyKind, readonly DependencyKind[]])[] = [
    ['G0', 'ww', ['ww']],
    ['G1c', 'wr', ['ww', 'wr']],
    ['G-single', 'rw', ['ww', 'wr']],
  ];
  for (const [kind, first, others] of kinds) {
    const cycle = graph.cycle(first, others);
    if (cycle !== undefined) yield { kind, text: showCycle(cycle) };
  }
  const cycle = graph.cycle('rw', ['ww', 'wr', 'rw']);
  const isAnother = cycle !== undefined && cycle.filter(({ kind }) => kind === 'rw').length > 1;
  if (isAnother) yield { kind: 'G2', text: showCycle(cycle) };
}

function showCycle(cycle: readonly Dependency[]): string {
  const steps = cycle.map(({ kind, key, to }) => ` -${kind} ${key}-> ${to.name}`);
  return `${cycle[0]!.from.name}${steps.join('')}`;
}

function show(values: readonly number[]): string {
  return `[${values.join(' ')}]`;
}

function isSame(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index]);
}
