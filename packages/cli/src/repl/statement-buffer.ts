/**
 * Gathers input lines until a statement is complete: a `;` outside strings, quoted names, dollar quotes and comments.
 * A cheap scan of its own, because a prompt must know whether to wait for more without judging the statement.
 */
export class StatementBuffer {
  #text = '';

  get isEmpty(): boolean {
    return this.#text.trim() === '';
  }

  clear(): void {
    this.#text = '';
  }

  /** Adds a line; answers the text up to and with the last `;` when everything before it is complete, else undefined. */
  add(line: string): string | undefined {
    this.#text = this.#text === '' ? line : `${this.#text}\n${line}`;
    const end = lastStatementEnd(this.#text);
    if (end === undefined) return undefined;
    const complete = this.#text.slice(0, end);
    this.#text = this.#text.slice(end).trimStart();
    return complete;
  }

  /** What is left when the input ends. */
  takeRest(): string {
    const rest = this.#text.trim();
    this.#text = '';
    return rest;
  }
}

const PIECES =
  /--[^\n]*(?:\n|$)|\/\*|[eE]'(?:[^'\\]|''|\\[\s\S])*(?:'|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|\$([A-Za-z_]\w*)?\$|;|[A-Za-z_]\w*|[\s\S]/g;

function lastStatementEnd(text: string): number | undefined {
  let end: number | undefined;
  PIECES.lastIndex = 0;
  for (let match = PIECES.exec(text); match !== null; match = PIECES.exec(text)) {
    const piece = match[0];
    if (piece === ';') end = match.index + 1;
    else if (piece === '/*') PIECES.lastIndex = commentEnd(text, PIECES.lastIndex);
    else if (piece.startsWith('$') && piece.endsWith('$') && piece.length > 1) {
      const close = text.indexOf(piece, PIECES.lastIndex);
      PIECES.lastIndex = close === -1 ? text.length : close + piece.length;
    }
  }
  return end;
}

/** Comments nest, as in PostgreSQL. */
function commentEnd(text: string, start: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = start;
  for (let depth = 1; depth > 0;) {
    const mark = marks.exec(text);
    if (mark === null) return text.length;
    depth += mark[0] === '/*' ? 1 : -1;
  }
  return marks.lastIndex;
}
