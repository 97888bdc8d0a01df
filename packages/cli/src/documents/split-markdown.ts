/**
 * Splits Markdown at its headings (ATX and Setext), outside fenced code. A section's title carries its ancestors
 * ("Design > Storage > WAL"), because a heading such as "Limits" says nothing alone.
 */
export interface Section {
  readonly title: string;
  readonly content: string;
}

interface Heading {
  readonly level: number;
  readonly text: string;
}

export function splitMarkdown(text: string, fallbackTitle: string): Section[] {
  const sections: Section[] = [];
  const trail: Heading[] = [];
  let lines: string[] = [];
  let fence: string | undefined;
  const finish = (): void => {
    const content = lines.join('\n').trim();
    lines = [];
    if (content === '') return;
    const title = trail.map((heading) => heading.text).join(' > ');
    sections.push({ title: title === '' ? fallbackTitle : title, content });
  };
  for (const line of withoutFrontMatter(text).split(/\r\n|\n|\r/)) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined) {
      if (fence === undefined) fence = mark;
      else if (mark.startsWith(fence[0]!) && mark.length >= fence.length) fence = undefined;
      lines.push(line);
      continue;
    }
    const heading = fence === undefined ? headingOf(line, lines.at(-1)) : undefined;
    if (heading === undefined) {
      lines.push(line);
      continue;
    }
    if (heading.underlined) lines.pop();
    finish();
    while (trail.length > 0 && trail.at(-1)!.level >= heading.level) trail.pop();
    trail.push(heading);
  }
  finish();
  return sections;
}

function headingOf(
  line: string,
  above: string | undefined,
): (Heading & { readonly underlined: boolean }) | undefined {
  const atx = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/.exec(line);
  if (atx !== null) return { level: atx[1]!.length, text: atx[2] ?? '', underlined: false };
  const isText = above !== undefined && /^ {0,3}[^\s#>|*+-]/.test(above);
  const setext = isText ? /^ {0,3}(=+|-{2,})[ \t]*$/.exec(line) : null;
  if (setext === null) return undefined;
  return { level: setext[1]!.startsWith('=') ? 1 : 2, text: above!.trim(), underlined: true };
}

function withoutFrontMatter(text: string): string {
  return text.replace(/^\uFEFF?---\r?\n[\s\S]*?\r?\n---\r?\n/, '');
}
