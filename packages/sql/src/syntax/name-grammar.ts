/** Names and types. */
import { identifier, qualifiedName } from '../ast/name.ts';
import type { Identifier, QualifiedName, TypeArgument, TypeField, TypeName } from '../ast/name.ts';
import { TokenCursor } from './token-cursor.ts';
import * as t from './tokens.ts';
import { keyword } from './tokens.ts';
import type { SqlToken } from './tokens.ts';

const ARRAY = keyword('array');
const BIT = keyword('bit');
const CHAR = keyword('char');
const CHARACTER = keyword('character');
const INTERVAL = keyword('interval');
const NATIONAL = keyword('national');
const NCHAR = keyword('nchar');
const PRECISION = keyword('precision');
const SETOF = keyword('setof');
const TIME = keyword('time');
const TIMESTAMP = keyword('timestamp');
const TO = keyword('to');
const VARYING = keyword('varying');
const WITH = keyword('with');
const WITHOUT = keyword('without');
const ZONE = keyword('zone');

const INTERVAL_FIELDS = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;

export abstract class NameGrammar extends TokenCursor {
  /** A name of a column, table or other object; `what` says which, for errors. */
  protected name(what: string): Identifier {
    return asIdentifier(this.expect(t.ColumnName, what));
  }

  /** A word after AS or a dot: any keyword may stand there. */
  protected label(what: string): Identifier {
    return asIdentifier(this.expect(t.Label, what));
  }

  protected qualifiedName(what: string): QualifiedName {
    const first = this.name(what);
    if (this.RECORDING_PHASE || !this.at(t.Dot)) return qualifiedName([first]);
    const parts = [first];
    while (this.take(t.Dot)) parts.push(this.label(what));
    return qualifiedName(parts);
  }

  protected nameList(what: string): Identifier[] {
    return this.commaList(
      () => this.name(what),
      () => this.at(t.RightParen),
    );
  }

  /** `(a, b)`. */
  protected parenthesisedNames(what: string): Identifier[] {
    this.expect(t.LeftParen);
    const names = this.nameList(what);
    this.expect(t.RightParen);
    return names;
  }

  /** A name with its dots as one folded string: `alopex.hnsw_ef_search`. */
  protected dottedName(what: string): string {
    let name = this.label(what).name;
    while (this.take(t.Dot)) name += `.${this.label(what).name}`;
    return name;
  }

  protected typeName(): TypeName {
    if (this.RECORDING_PHASE) {
      this.expect(t.Label);
      return RECORDED_TYPE;
    }
    this.take(SETOF);
    const start = this.start();
    const base = this.#baseType(start);
    const arrayDimensions = this.#arrayDimensions();
    return { ...base, arrayDimensions, span: this.since(start) };
  }

  #baseType(start: number): TypeName {
    const token = this.LA(1);
    switch (token.tokenType) {
      case TIMESTAMP:
      case TIME:
        return this.#temporalType(start);
      case INTERVAL: {
        this.next();
        const fields = this.intervalFields();
        const args = fields === undefined ? this.#typeArguments() : this.#secondPrecision(fields);
        return this.#type(start, undefined, 'interval', args, fields);
      }
      case CHAR:
      case CHARACTER:
      case NCHAR:
      case BIT:
        return this.#varyingType(start);
      case NATIONAL:
        this.next();
        if (!this.at(CHAR) && !this.at(CHARACTER)) throw this.fail('CHARACTER');
        return this.#varyingType(start);
      default:
        return this.#namedType(start);
    }
  }

  #temporalType(start: number): TypeName {
    const name = this.next().image;
    const args = this.#typeArguments();
    let zoned = false;
    if ((this.at(WITH) || this.at(WITHOUT)) && this.atAhead(2, TIME)) {
      zoned = this.at(WITH);
      this.next();
      this.next();
      this.expect(ZONE);
    }
    return this.#type(start, undefined, zoned ? `${name}tz` : name, args);
  }

  #varyingType(start: number): TypeName {
    const bit = this.next().tokenType === BIT;
    const varying = this.take(VARYING);
    const name = bit ? (varying ? 'varbit' : 'bit') : varying ? 'varchar' : 'char';
    return this.#type(start, undefined, name, this.#typeArguments());
  }

  #namedType(start: number): TypeName {
    const first = this.#typeWord();
    if (this.take(t.Dot)) {
      const name = this.label('a type name');
      return this.#type(start, first, name.name, this.#typeArguments());
    }
    if (first.name === 'double' && !first.quoted && this.take(PRECISION)) {
      return this.#type(start, undefined, 'double precision', []);
    }
    return this.#type(start, undefined, first.name, this.#typeArguments());
  }

  #typeWord(): Identifier {
    const type = this.LA(1).tokenType;
    if (t.isA(type, t.FunctionName) || t.isA(type, t.ColumnName)) return asIdentifier(this.next());
    throw this.fail('a type');
  }

  #typeArguments(): TypeArgument[] {
    if (!this.take(t.LeftParen)) return [];
    this.enter();
    const args = this.commaList(() => this.#typeArgument());
    this.leave();
    this.expect(t.RightParen);
    return args;
  }

  #typeArgument(): TypeArgument {
    const start = this.start();
    if (this.at(t.Integer)) {
      return { kind: 'integer-literal', text: this.next().image, span: this.since(start) };
    }
    const fieldFollows = t.isA(this.LA(2).tokenType, t.Label) && !this.atAhead(2, PRECISION);
    const isField = fieldFollows && !this.atAhead(2, VARYING) && !this.atAhead(2, WITH);
    if (!isField) return this.typeName();
    const name = this.label('a field name');
    const field: TypeField = {
      kind: 'type-field',
      name,
      type: this.typeName(),
      span: this.since(start),
    };
    return field;
  }

  /** `DAY`, `YEAR TO MONTH`, …; undefined when none follows. */
  protected intervalFields(): string | undefined {
    const first = INTERVAL_FIELDS.find((field) => this.atWord(field));
    if (first === undefined) return undefined;
    this.next();
    if (!this.take(TO)) return first;
    const second = INTERVAL_FIELDS.find((field) => this.atWord(field));
    if (second === undefined) throw this.fail('an interval field');
    this.next();
    return `${first} to ${second}`;
  }

  /** `SECOND(3)`. */
  #secondPrecision(fields: string): TypeArgument[] {
    return fields.endsWith('second') ? this.#typeArguments() : [];
  }

  #arrayDimensions(): (number | undefined)[] {
    const dimensions: (number | undefined)[] = [];
    if (this.take(ARRAY)) {
      dimensions.push(this.take(t.LeftBracket) ? this.#dimension() : undefined);
      return dimensions;
    }
    while (
      this.at(t.LeftBracket) &&
      (this.atAhead(2, t.RightBracket) || this.atAhead(2, t.Integer))
    ) {
      this.next();
      dimensions.push(this.#dimension());
    }
    return dimensions;
  }

  #dimension(): number | undefined {
    const size = this.at(t.Integer) ? Number(this.next().image) : undefined;
    this.expect(t.RightBracket);
    return size;
  }

  #type(
    start: number,
    schema: Identifier | undefined,
    name: string,
    args: readonly TypeArgument[],
    intervalFields?: string,
  ): TypeName {
    const span = this.since(start);
    return { kind: 'type-name', schema, name, args, intervalFields, arrayDimensions: [], span };
  }
}

const RECORDED_TYPE: TypeName = {
  kind: 'type-name',
  schema: undefined,
  name: '',
  args: [],
  intervalFields: undefined,
  arrayDimensions: [],
  span: { start: 0, end: 0 },
};

export function asIdentifier(token: SqlToken): Identifier {
  const quoted = token.tokenType === t.QuotedIdentifier;
  return identifier(token.image, quoted, { start: token.startOffset, end: token.end });
}
