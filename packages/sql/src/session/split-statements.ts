/** The statements of a script as texts of their own, for front ends that run and show them one by one. */
import { loadParser } from '../syntax/load-parser.ts';

/** In order, without their `;`. A syntax error anywhere refuses all, with its place in `text`. */
export async function splitStatements(text: string): Promise<string[]> {
  const parser = await loadParser();
  return parser.parseScript(text).map(({ span }) => text.slice(span.start, span.end));
}
