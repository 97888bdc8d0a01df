/** Names and types as SQL text. */
import type { Identifier, QualifiedName, TypeArgument, TypeName } from '../name.ts';

export function printIdentifier({ name, quoted }: Pick<Identifier, 'name' | 'quoted'>): string {
  return quoted || !isPlain(name) ? `"${name.replaceAll('"', '""')}"` : name;
}

/** Whether the lexer reads `name` back as it is. */
function isPlain(name: string): boolean {
  return /^[a-z_\u0080-\uffff][a-z0-9_$\u0080-\uffff]*$/.test(name);
}

export function printName(name: QualifiedName): string {
  return name.parts.map(printIdentifier).join('.');
}

export function printNames(names: readonly Identifier[]): string {
  return names.map(printIdentifier).join(', ');
}

/** A name whose dots separate parts: a setting or an option. */
export function printDotted(name: string): string {
  return name.split('.').map(printPart).join('.');
}

function printPart(name: string): string {
  return printIdentifier({ name, quoted: false });
}

export function printString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function printType(type: TypeName): string {
  const schema = type.schema === undefined ? '' : `${printIdentifier(type.schema)}.`;
  const args = type.args.length === 0 ? '' : `(${type.args.map(printTypeArgument).join(', ')})`;
  const fields = type.intervalFields === undefined ? '' : ` ${type.intervalFields}`;
  const dimensions = type.arrayDimensions.map((size) => `[${size ?? ''}]`).join('');
  const name = type.name === 'double precision' ? type.name : printPart(type.name);
  return `${schema}${name}${fields}${args}${dimensions}`;
}

function printTypeArgument(argument: TypeArgument): string {
  switch (argument.kind) {
    case 'integer-literal':
      return argument.text;
    case 'type-field':
      return `${printIdentifier(argument.name)} ${printType(argument.type)}`;
    case 'type-name':
      return printType(argument);
  }
}
