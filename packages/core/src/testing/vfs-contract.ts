/**
 * The contract suite of `Vfs`: every disk passes it. Independent of a test runner: each case is a title and a function that
 * throws when the law is broken; the disk's own test file runs them.
 */
import { assert } from '../base/assert.ts';
import { equalBytes, encodeUtf8 } from '../base/bytes.ts';
import { AlopexError } from '../base/errors.ts';
import type { ErrorCode } from '../base/error-codes.ts';
import { PENDING } from '../base/pending.ts';
import type { Vfs } from '../vfs/vfs.ts';

export interface ContractCase {
  /** A sentence that is true of every disk. */
  readonly title: string;
  /** `vfs` is empty and used by this case only. */
  readonly run: (vfs: Vfs) => void | Promise<void>;
}

const HELLO = encodeUtf8('hello, ');
const WORLD = encodeUtf8('world');

export const VFS_CONTRACT: readonly ContractCase[] = [
  {
    title: 'What was appended can be read at once, by position and across appends',
    run: (vfs) => {
      const file = vfs.create('a');
      file.append(HELLO);
      file.appendAll([WORLD, new Uint8Array(0), HELLO]);
      assert(file.position === 19, 'the position counts the bytes appended');
      expectContent(vfs, 'a', 'hello, worldhello, ');
      const reader = vfs.openRead('a');
      assert(equalBytes(readNow(reader.read(7, 5)), WORLD), 'a read starts at its position');
      assert(reader.size() === 19 && vfs.size('a') === 19, 'both sizes tell the truth');
      reader.close();
      file.close();
    },
  },
  {
    title: 'A reader that is open sees what is appended later',
    run: (vfs) => {
      const file = vfs.create('a');
      const reader = vfs.openRead('a');
      file.append(WORLD);
      assert(equalBytes(readNow(reader.read(0, 5)), WORLD), 'open readers see new bytes');
    },
  },
  {
    title: 'Buffers handed in and out are nobody else’s',
    run: (vfs) => {
      const bytes = WORLD.slice();
      const file = vfs.create('a');
      file.append(bytes);
      bytes.fill(0);
      const reader = vfs.openRead('a');
      readNow(reader.read(0, 5)).fill(1);
      assert(equalBytes(readNow(reader.read(0, 5)), WORLD), 'the file keeps its own bytes');
    },
  },
  {
    title: 'A read past the end is damage, named with path and offset',
    run: (vfs) => {
      vfs.create('short').append(WORLD);
      const error = expectError('ALX_CORRUPT', () => vfs.openRead('short').read(3, 3));
      assert(
        error.message.includes('short') && error.message.includes('offset 3'),
        'the message tells where',
      );
      assert(
        readNow(vfs.openRead('short').read(5, 0)).length === 0,
        'reading nothing at the end is fine',
      );
    },
  },
  {
    title: 'Create empties an existing file, openAppend goes on at its end',
    run: (vfs) => {
      vfs.create('a').append(HELLO);
      const more = vfs.openAppend('a');
      assert(more.position === 7, 'appending starts at the end');
      more.append(WORLD);
      expectContent(vfs, 'a', 'hello, world');
      const again = vfs.create('a');
      assert(again.position === 0 && vfs.size('a') === 0, 'create empties');
      again.append(WORLD);
      expectContent(vfs, 'a', 'world');
    },
  },
  {
    title: 'Truncate shortens, and appends go on from there',
    run: (vfs) => {
      const file = vfs.create('a');
      file.append(HELLO);
      file.truncate(2);
      assert(file.position === 2, 'the position follows');
      file.append(WORLD);
      expectContent(vfs, 'a', 'heworld');
    },
  },
  {
    title: 'Reserved bytes read as zeros, and appends go on before them',
    run: (vfs) => {
      const file = vfs.create('a');
      file.append(HELLO);
      file.reserve(HELLO.length + 8);
      assert(file.position === HELLO.length, 'the position stays');
      assert(vfs.size('a') === HELLO.length + 8, 'the file is longer');
      file.append(WORLD);
      expectContent(vfs, 'a', 'hello, world\0\0\0');
      file.reserve(3);
      assert(vfs.size('a') === HELLO.length + 8, 'reserving less changes nothing');
      file.truncate(file.position);
      assert(vfs.size('a') === HELLO.length + WORLD.length, 'what is reserved can be cut off');
      file.close();
    },
  },
  {
    title: 'Rename replaces its target, and open readers keep their file',
    run: (vfs) => {
      vfs.create('old').append(HELLO);
      vfs.create('new').append(WORLD);
      const reader = vfs.openRead('old');
      vfs.rename('new', 'old');
      assert(!vfs.exists('new'), 'the old name is gone');
      expectContent(vfs, 'old', 'world');
      assert(equalBytes(readNow(reader.read(0, 7)), HELLO), 'a reader stays with its file');
      reader.close();
    },
  },
  {
    title: 'Folders are made with their parents, again without harm, and list files and folders',
    run: (vfs) => {
      vfs.makeDirectory('a/b');
      vfs.makeDirectory('a/b');
      vfs.create('a/file').append(WORLD);
      vfs.create('a/b/deep').append(WORLD);
      vfs.syncDirectory('a/b');
      assert(vfs.list('a').toSorted().join() === 'b,file', 'a folder lists its own names');
      assert(vfs.list('').join() === 'a', 'the empty path is the root');
      assert(
        vfs.exists('a/b') && vfs.exists('a/b/deep') && !vfs.exists('a/c'),
        'exists knows files and folders',
      );
    },
  },
  {
    title: 'What is missing is ALX_FILE_NOT_FOUND with the path',
    run: (vfs) => {
      for (const call of [
        () => vfs.openRead('missing'),
        () => vfs.openAppend('missing'),
        () => vfs.remove('missing'),
        () => vfs.size('missing'),
        () => vfs.list('missing'),
        () => vfs.rename('missing', 'other'),
        () => vfs.create('missing/file'),
        () => vfs.syncDirectory('missing'),
        () => vfs.lock('missing'),
      ]) {
        const error = expectError('ALX_FILE_NOT_FOUND', call);
        assert(error.message.includes('missing'), 'the message names the path');
      }
    },
  },
  {
    title: 'A removed file is gone by name',
    run: (vfs) => {
      vfs.create('a').append(WORLD);
      vfs.remove('a');
      assert(!vfs.exists('a') && vfs.list('').length === 0, 'the name is gone');
    },
  },
  {
    title: 'A folder is no file',
    run: (vfs) => {
      vfs.makeDirectory('folder');
      expectError('ALX_FILE_ACCESS', () => vfs.openRead('folder'));
      expectError('ALX_FILE_ACCESS', () => vfs.create('folder'));
    },
  },
  {
    title: 'Paths cannot leave the root',
    run: (vfs) => {
      for (const path of ['../a', 'a/../b', '/a', './a', 'a//b', 'a/', 'a\\b', 'a\0b', 'c:a']) {
        expectError('ALX_INVALID_ARGUMENT', () => vfs.create(path));
        expectError('ALX_INVALID_ARGUMENT', () => vfs.openRead(path));
        expectError('ALX_INVALID_ARGUMENT', () => vfs.exists(path));
        expectError('ALX_INVALID_ARGUMENT', () => vfs.makeDirectory(path));
      }
    },
  },
  {
    title: 'Syncs succeed, several at once and both ways',
    run: async (vfs) => {
      const file = vfs.create('a');
      file.append(HELLO);
      await Promise.all([file.sync(), file.sync()]);
      file.append(WORLD);
      file.syncNow();
      vfs.syncDirectory('');
      expectContent(vfs, 'a', 'hello, world');
    },
  },
  {
    title: 'A closed handle says so, and closing twice is fine',
    run: async (vfs) => {
      const file = vfs.create('a');
      file.append(WORLD);
      const syncing = file.sync();
      file.close();
      file.close();
      await syncing;
      expectError('ALX_CLOSED', () => file.append(WORLD));
      expectError('ALX_CLOSED', () => file.syncNow());
      const reader = vfs.openRead('a');
      reader.close();
      reader.close();
      expectError('ALX_CLOSED', () => reader.read(0, 1));
    },
  },
  {
    title: 'A folder has one lock, which comes back after its release',
    run: (vfs) => {
      vfs.makeDirectory('db');
      const lock = vfs.lock('db');
      const error = expectError('ALX_ALREADY_OPEN', () => vfs.lock('db'));
      assert(
        error.message.includes('db') && error.hint !== undefined,
        'the message names folder and cure',
      );
      lock.release();
      lock.release();
      const second = vfs.lock('db');
      lock.release();
      expectError('ALX_ALREADY_OPEN', () => vfs.lock('db'));
      second.release();
    },
  },
];

function readNow(answer: Uint8Array | typeof PENDING): Uint8Array {
  if (answer === PENDING) throw new AlopexError('ALX_INTERNAL', 'a local disk answers at once');
  return answer;
}

function expectContent(vfs: Vfs, path: string, text: string): void {
  const reader = vfs.openRead(path);
  assert(
    equalBytes(readNow(reader.read(0, reader.size())), encodeUtf8(text)),
    `"${path}" holds "${text}"`,
  );
  reader.close();
}

function expectError(code: ErrorCode, call: () => unknown): AlopexError {
  try {
    call();
  } catch (error) {
    if (error instanceof AlopexError && error.code === code) return error;
    throw error;
  }
  throw new AlopexError('ALX_INTERNAL', `the call fails with ${code}`);
}
