/** Builder of columns of arrays, maps and structs: their bytes as `nested-codec` writes them, laid out as text is. */
import { BytesColumnBuilder } from './bytes-column-builder.ts';
import { NestedWriter } from './nested-codec.ts';
import type { Scalar } from './scalar.ts';

export class NestedColumnBuilder extends BytesColumnBuilder {
  readonly #writer = new NestedWriter();

  protected override put(value: NonNullable<Scalar>): void {
    this.#writer.reset();
    this.#writer.write(this.type, value);
    this.putBytes(this.#writer.bytes, 0, this.#writer.length);
  }
}
