/** The statements of a script as texts of their own, for front ends that run and show them one by one. */
import { loadParser } from '../syntax/load-parser.ts';

export interface ScriptStatement {
  readonly text: string;
  /** Where `text` begins in the script: what errors have to be moved by. */
  readonly position: number;
}

/** In order, without their `;`. A syntax error anywhere refuses all, with its place in the script. */
export async function splitStatements(script: string): Promise<ScriptStatement[]> {
  const parser = await loadParser();
  return parser.parseScript(script).map(({ span }) => ({
    text: script.slice(span.start, span.end),
    position: span.start,
  }));
}
