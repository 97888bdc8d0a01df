/** What a statement is compiled with. */
import type { DataType } from '@alopex-db/core/types';
import type { CatalogView } from '../catalog/catalog.ts';
import type { FunctionRegistry } from '../functions/registry.ts';
import type { Statistics } from '../optimizer/statistics.ts';
import type { SqlParser } from '../syntax/load-parser.ts';

export interface CompileContext {
  readonly catalog: CatalogView;
  /** Schemas in which unqualified names are looked up, in order; CREATE goes to the first. */
  readonly searchPath: readonly string[];
  /** The text the spans count in, for lines and columns of errors. */
  readonly text: string;
  /** Reads SQL kept in the catalog: defaults and checks, and views. */
  readonly parser: SqlParser;
  readonly functions: FunctionRegistry;
  /** Types declared by PREPARE or a driver; undefined entries are inferred. */
  readonly declaredParameterTypes?: readonly (DataType | undefined)[] | undefined;
  /** Types of the values at hand, used only where nothing else tells a parameter's type (`SELECT $1`). */
  readonly parameterHints?: readonly (DataType | undefined)[] | undefined;
  readonly statistics?: Statistics | undefined;
  /** Names of optimizer rules to leave out, for tests that compare plans. */
  readonly disabledRules?: ReadonlySet<string> | undefined;
}
