/**
 * Runs contenders at the same work in turns (A B C A B C …), so that a busy machine slows all of them alike, and reports the
 * best round of each: the floor is what the code can do, the rest is noise of the machine.
 */
export interface Contender {
  readonly name: string;
  /** What an acknowledged write survives, or `-` for reads. */
  readonly durability: string;
  /** One round of the work; answers how many operations it did. Set-up belongs before the first round. */
  run(): number | Promise<number>;
  close?(): void | Promise<void>;
}

export interface Workload {
  readonly name: string;
  /** Size of the data, for the report. */
  readonly data: string;
  /** What one operation is: `get`, `row`, `GB`. */
  readonly unit: string;
  readonly rounds: number;
  /** The ratio to reach against a peer, as the project has set it. */
  readonly goal?: { readonly peer: string; readonly ratio: number } | undefined;
  contenders(): Promise<readonly Contender[]>;
}

export interface Figure {
  readonly name: string;
  readonly durability: string;
  readonly perSecond: number;
}

export interface WorkloadResult {
  readonly workload: Workload;
  /** The first is ours. */
  readonly figures: readonly Figure[];
}

export async function runWorkload(workload: Workload): Promise<WorkloadResult> {
  const contenders = await workload.contenders();
  const best = contenders.map(() => 0);
  try {
    for (let round = 0; round < workload.rounds; round += 1) {
      for (const [index, contender] of contenders.entries()) {
        const startedAt = performance.now();
        const operations = await contender.run();
        const perSecond = (operations / (performance.now() - startedAt)) * 1000;
        if (perSecond > best[index]!) best[index] = perSecond;
      }
    }
  } finally {
    for (const contender of contenders) await contender.close?.();
  }
  const figures = contenders.map(({ name, durability }, index) => ({
    name,
    durability,
    perSecond: best[index]!,
  }));
  return { workload, figures };
}
