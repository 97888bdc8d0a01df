/** What every statement of a store shares: passed in, so that one seed fixes everything. */
import type { Clock, Random } from '@alopex-db/core/base';
import type { Store } from '@alopex-db/core';
import type { TimeZoneProvider } from '@alopex-db/core/compute';
import type { Kernels } from '@alopex-db/core/kernels';
import type { NumberAllocator } from '../storage/number-allocator.ts';
import type { VectorCache } from './vector-cache.ts';
import type { VectorIndexes } from './vector-indexes.ts';

export interface ExecServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly kernels: Kernels;
  readonly numbers: NumberAllocator;
  readonly vectors: VectorCache;
  readonly vectorIndexes: VectorIndexes;
  readonly findZone: TimeZoneProvider;
}
