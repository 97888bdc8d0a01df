/**
 * Where the outside world may be touched. Everywhere else time, randomness, files and the process come in as arguments, so
 * that one seed fixes a whole run.
 */

/** Path prefixes or patterns of the adapters. */
const ADAPTERS: readonly RegExp[] = [
  /^packages\/core\/src\/node\//,
  /^packages\/core\/scripts\//,
  /^packages\/[^/]+\/src\/bin\//,
  /^packages\/cli\/src\//,
  /^packages\/chirps\/src\/transport\//,
  /^(apps|tooling|examples)\//,
  /\.config\.(ts|mjs)$/,
];

export function isAdapter(path: string): boolean {
  return ADAPTERS.some((pattern) => pattern.test(path));
}

/** Forbidden expressions and what to use instead. */
export const BANNED_CALLS: Readonly<Record<string, string>> = {
  'Date.now': 'Take a Clock (core/base/clock.ts) as an argument.',
  'performance.now': 'Take a Clock (core/base/clock.ts) as an argument.',
  'Math.random': 'Take a Random (core/base/random.ts) as an argument.',
  'crypto.getRandomValues': 'Take a Random (core/base/random.ts) as an argument.',
  'crypto.randomUUID': 'Take a Random (core/base/random.ts) as an argument.',
};

/** Global functions that may not be called. */
export const BANNED_GLOBALS: Readonly<Record<string, string>> = {
  setTimeout: 'Take a Clock or scheduler as an argument.',
  setInterval: 'Take a Clock or scheduler as an argument.',
  setImmediate: 'Take a scheduler as an argument.',
};

/** Global objects no member of which may be used. */
export const BANNED_OBJECTS: Readonly<Record<string, string>> = {
  process: 'Pass in what is needed (environment, streams, signals) from a bin or an adapter.',
  console: 'Take a Logger (core/base/logger.ts) as an argument.',
};
