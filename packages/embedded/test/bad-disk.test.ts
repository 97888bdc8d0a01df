/** Disks and folders that do not play along: each a clear error, the process alive, what was committed intact. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FaultVfs } from '@alopex-db/core/testing';
import { Database } from '../src/index.ts';
import { TemporaryDirectory } from './temporary-directory.ts';

const HOLDER = join(import.meta.dirname, 'children', 'hold-database.ts');

/** A file system of its own at `path`, when this user may mount one; its end as a disposable. */
function mountSmallDisk(path: string, options: string): Disposable | undefined {
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    return undefined; // not root, or no tmpfs here: the faulty disk below has to do
  }
  return { [Symbol.dispose]: () => execFileSync('umount', [path]) };
}

async function errorOf(call: () => PromiseLike<unknown>): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}

test('a second process is refused with the pid of the first, and may open when that has ended', async () => {
  using folder = new TemporaryDirectory();
  const path = folder.join('data');
  const args = ['--conditions=@alopex-db/source', HOLDER, path];
  const holder = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((resolve) => holder.stdout.once('data', resolve));
  const error = await errorOf(() => Database.open(path));
  expect(error).toMatchObject({
    code: 'ALX_ALREADY_OPEN',
    sqlState: '55006',
    message: expect.stringContaining(String(holder.pid)) as string,
  });
  await using reader = await Database.open(path, { readOnly: true });
  expect(await reader.kv.getText('held')).toBe('yes');
  holder.kill('SIGKILL');
  await new Promise((resolve) => holder.once('close', resolve));
  await using db = await Database.open(path);
  expect(await db.kv.getText('held')).toBe('yes');
});

test('the same process is refused as well', async () => {
  using folder = new TemporaryDirectory();
  await using db = await Database.open(folder.path);
  const error = await errorOf(() => Database.open(folder.path));
  expect(error).toMatchObject({ code: 'ALX_ALREADY_OPEN', sqlState: '55006' });
  expect(await db.query('SELECT 1 AS one').value()).toBe(1);
});

test('a path below a file, a folder of other things and a damaged folder are named', async () => {
  using folder = new TemporaryDirectory();
  writeFileSync(folder.join('file'), 'text');
  for (const path of [folder.join('file'), folder.join('file', 'data')]) {
    expect(await errorOf(() => Database.open(path))).toMatchObject({
      code: 'ALX_FILE_ACCESS',
      message: expect.stringContaining('is a file, not a folder') as string,
      detail: `While opening "${path}".`,
    });
  }
  mkdirSync(folder.join('photos'));
  writeFileSync(folder.join('photos', 'cat.jpg'), 'meow');
  const photos = await errorOf(() => Database.open(folder.join('photos')));
  expect(photos).toMatchObject({
    code: 'ALX_NOT_A_DATABASE',
    message: expect.stringContaining('cat.jpg') as string,
  });
  expect(readdirSync(folder.join('photos'))).toEqual(['cat.jpg']);
});

test('a folder that cannot be written is named; read-only it opens', async (context) => {
  using folder = new TemporaryDirectory();
  const path = folder.join('disk');
  using disk = mountSmallDisk(path, 'size=16m');
  if (disk === undefined) return context.skip('mounting needs root');
  {
    await using db = await Database.open(join(path, 'data'));
    await db.kv.put('key', 'value');
  }
  execFileSync('mount', ['-o', 'remount,ro', path]);
  const error = await errorOf(() => Database.open(join(path, 'data')));
  expect(error).toMatchObject({ code: 'ALX_FILE_ACCESS', sqlState: '42501' });
  await using db = await Database.open(join(path, 'data'), { readOnly: true });
  expect(await db.kv.getText('key')).toBe('value');
});

test('a full disk fails the commit, keeps what was there, and goes on once there is space', async (context) => {
  using folder = new TemporaryDirectory();
  const path = folder.join('disk');
  using disk = mountSmallDisk(path, 'size=2m');
  if (disk === undefined) return context.skip('mounting needs root');
  await using db = await Database.open(join(path, 'data'), { memtableSize: '16MB' });
  await db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, note TEXT)');
  writeFileSync(join(path, 'ballast'), Buffer.alloc(1_000_000));
  let written = 0;
  const fill = async (): Promise<void> => {
    for (; ; written += 1)
      await db.execute('INSERT INTO t VALUES ($1, $2)', [written, 'x'.repeat(50_000)]);
  };
  expect(await errorOf(fill)).toMatchObject({ code: 'ALX_DISK_FULL', sqlState: '53100' });
  expect(await db.query('SELECT count(*) FROM t').value()).toBe(written);
  execFileSync('rm', [join(path, 'ballast')]);
  await db.execute('INSERT INTO t VALUES ($1, $2)', [written, 'after']);
  await db.close();
  await using again = await Database.open(join(path, 'data'));
  expect(await again.query('SELECT count(*) FROM t').value()).toBe(written + 1);
});

test('on a faulty disk: no space and write errors at every change fail cleanly, and reopening finds what was acknowledged', async () => {
  const script = async (vfs: FaultVfs, acknowledged: number[]): Promise<void> => {
    await using db = await Database.open('data', { vfs });
    await db.execute('CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY)');
    for (let id = 1; id <= 5; id += 1) {
      await db.execute('INSERT INTO t VALUES ($1)', [id]);
      acknowledged.push(id);
    }
  };
  const calm = new FaultVfs(1);
  await script(calm, []);
  for (const fault of ['ALX_DISK_FULL', 'ALX_IO'] as const) {
    for (let change = 1; change <= calm.changeCount; change += 1) {
      const vfs = new FaultVfs(change);
      vfs.failChange(change, fault);
      const acknowledged: number[] = [];
      const error = await errorOf(() => script(vfs, acknowledged));
      const where = `${fault} at change ${change}`;
      if (error !== undefined) expect(error, where).toMatchObject({ name: 'AlopexError' });
      await using db = await Database.open('data', { vfs: vfs.restart() });
      const found =
        (await db.catalog.table('t')) === undefined
          ? []
          : (await db.query<{ id: number }>('SELECT id FROM t ORDER BY id')).map(({ id }) => id);
      expect(found.slice(0, acknowledged.length), where).toEqual(acknowledged);
    }
  }
});
