/** A piece of a source that is worth finding on its own. */
export interface Document {
  /** Stable over runs: source and position within it. */
  readonly id: string;
  /** Path relative to the folder that was read. */
  readonly source: string;
  readonly kind: 'markdown' | 'text' | 'csv' | 'jsonl';
  readonly title: string;
  readonly content: string;
}
