/** Splits plain text at blank lines and gathers paragraphs into pieces of about `targetLength` characters. */
export function splitText(text: string, targetLength: number = 1_200): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const paragraph of text.split(/(?:\r?\n[ \t]*){2,}/)) {
    const trimmed = paragraph.trim();
    if (trimmed === '') continue;
    if (piece !== '' && piece.length + trimmed.length > targetLength) {
      pieces.push(piece);
      piece = '';
    }
    piece = piece === '' ? trimmed : `${piece}\n\n${trimmed}`;
  }
  if (piece !== '') pieces.push(piece);
  return pieces;
}
