/** Every version opens what earlier ones wrote: the directories and snapshots under `fixtures`, of one version each. */
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Database, verifyDatabase } from '../src/index.ts';
import { readContent, writeContent, type FixtureContent } from './fixtures/content.ts';
import { TemporaryDirectory } from './temporary-directory.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const VERSIONS = readdirSync(FIXTURES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

function contentOf(version: string): FixtureContent {
  const text = readFileSync(join(FIXTURES, version, 'content.json'), 'utf8');
  return JSON.parse(text) as FixtureContent;
}

async function expectContent(db: Database, version: string): Promise<void> {
  const content = contentOf(version);
  expect(await readContent(db, Object.keys(content.queries))).toEqual(content);
}

test.each(VERSIONS)(
  'the directory that version %s wrote is sound, read, written to and read again',
  async (version) => {
    using place = new TemporaryDirectory();
    const path = place.join('db');
    cpSync(join(FIXTURES, version, 'db'), path, { recursive: true });
    expect(await verifyDatabase(path)).toMatchObject({
      problems: [],
      leftovers: [],
      relations: { problems: [] },
    });
    {
      await using db = await Database.open(path, { readOnly: true });
      await expectContent(db, version);
    }
    {
      await using db = await Database.open(path);
      await db.execute("INSERT INTO event (what) VALUES ('of a later version')");
      await db.compact();
      await db.execute("DELETE FROM event WHERE what = 'of a later version'");
      await expectContent(db, version);
    }
    expect(await verifyDatabase(path)).toMatchObject({ problems: [], relations: { problems: [] } });
  },
);

test.each(VERSIONS)('the snapshot that version %s wrote is sound and read', async (version) => {
  const file = join(FIXTURES, version, 'db.alopex');
  expect(await verifyDatabase(file)).toMatchObject({ problems: [], relations: { problems: [] } });
  await using db = await Database.open(file);
  await expectContent(db, version);
});

test('what a fixture written today would hold is what the newest one holds', async () => {
  await using db = await Database.openInMemory();
  await writeContent(db);
  const newest = contentOf(VERSIONS.toSorted().at(-1)!);
  // Otherwise the content has grown, and is waiting for a fixture of its own: `npm run fixtures -- VERSION`.
  expect(await readContent(db, Object.keys(newest.queries))).toEqual(newest);
});
