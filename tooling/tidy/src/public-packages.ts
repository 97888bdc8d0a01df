/** The packages that will be published: those in `packages/` and `apps/` whose manifest is not private. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface PublicPackage {
  readonly name: string;
  /** Name of the folder: `core`. */
  readonly short: string;
  /** Absolute path. */
  readonly folder: string;
  readonly dependencies: readonly string[];
  /** Entry (`./base`) and the file its types are in, relative to the folder. */
  readonly entries: readonly (readonly [entry: string, types: string])[];
}

interface ManifestFields {
  readonly name: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, { readonly types?: string }>>;
}

export function publicPackages(root: string): readonly PublicPackage[] {
  return ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group))
      .toSorted()
      .flatMap((short) => readPublic(join(root, group, short), short)),
  );
}

function readPublic(folder: string, short: string): readonly PublicPackage[] {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return [];
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as ManifestFields;
  if (manifest.private === true) return [];
  const entries = Object.entries(manifest.exports ?? {}).flatMap(([entry, target]) =>
    target.types === undefined ? [] : [[entry, target.types] as const],
  );
  return [
    {
      name: manifest.name,
      short,
      folder,
      dependencies: Object.keys(manifest.dependencies ?? {}),
      entries,
    },
  ];
}
