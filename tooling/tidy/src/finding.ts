/** What a rule says about a place in the repository, and how findings are printed. */

/** `error` fails the run; a `note` is worth a look in review and is listed on request. */
export type Severity = 'error' | 'note';

export interface Finding {
  readonly severity: Severity;
  /** Relative to the root, with forward slashes. */
  readonly file: string;
  /** From 1; 0 when the finding is about the whole file or folder. */
  readonly line: number;
  /** Name of the rule in kebab-case. */
  readonly rule: string;
  readonly message: string;
  /** What to do about it, as an imperative sentence. */
  readonly cure: string;
}

export function formatFinding(finding: Finding): string {
  const place = finding.line > 0 ? `${finding.file}:${finding.line}` : finding.file;
  return `${place}  ${finding.rule}: ${finding.message}\n    -> ${finding.cure}`;
}

/** By place, so that one file's findings stand together. */
export function byPlace(a: Finding, b: Finding): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || (a.rule < b.rule ? -1 : 1);
}
