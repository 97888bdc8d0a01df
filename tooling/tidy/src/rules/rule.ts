/** A rule reads the repository and returns what it found. Rules are pure and know nothing of each other. */
import type { Finding } from '../finding.ts';
import type { Repository } from '../repository.ts';

export type Rule = (repository: Repository) => readonly Finding[];
