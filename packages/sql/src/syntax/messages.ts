/** What chevrotain says of a mismatch: only what was expected. `TokenCursor.failAt` makes the sentence around it. */
import type { IParserErrorMessageProvider, TokenType } from 'chevrotain';

export const messageProvider: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => label(expected),
  buildNotAllInputParsedMessage: () => '',
  buildNoViableAltMessage: ({ expectedPathsPerAlt, customUserDescription }) =>
    customUserDescription ?? oneOf(expectedPathsPerAlt.flat()),
  buildEarlyExitMessage: ({ expectedIterationPaths, customUserDescription }) =>
    customUserDescription ?? oneOf(expectedIterationPaths),
};

/** More alternatives than this say nothing to a reader. */
const ALTERNATIVES_MAX = 5;

function label(type: TokenType): string {
  return type.LABEL ?? type.name;
}

/** `a, b or c`; empty when there are too many to help. */
function oneOf(paths: readonly (readonly TokenType[])[]): string {
  const labels = [...new Set(paths.flatMap((path) => path.slice(0, 1)).map(label))];
  if (labels.length === 0 || labels.length > ALTERNATIVES_MAX) return '';
  const last = labels[labels.length - 1]!;
  return labels.length === 1 ? last : `${labels.slice(0, -1).join(', ')} or ${last}`;
}
