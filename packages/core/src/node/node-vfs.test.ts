import fs from 'node:fs';
import os from 'node:os';
import nodePath from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VFS_CONTRACT } from '../testing/vfs-contract.ts';
import { NodeVfs } from './node-vfs.ts';

let folder = '';

beforeEach(() => {
  folder = fs.mkdtempSync(nodePath.join(os.tmpdir(), 'alopex-vfs-'));
});

afterEach(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

function holder(fields: object): string {
  return `${JSON.stringify(fields)}\n`;
}

/** The pid of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

describe('NodeVfs', () => {
  for (const { title, run } of VFS_CONTRACT) it(title, () => run(new NodeVfs(folder)));

  it('makes its own root folder', () => {
    const vfs = new NodeVfs(nodePath.join(folder, 'deep', 'root'));
    vfs.makeDirectory('');
    vfs.create('a').close();
    expect(vfs.list('')).toEqual(['a']);
  });

  it('says what stands where a folder should be, and returns where none can be made', () => {
    fs.writeFileSync(nodePath.join(folder, 'file'), '');
    for (const path of ['file', 'file/below']) {
      expect(() => new NodeVfs(folder).makeDirectory(path)).toThrow(/is a file, not a folder/);
    }
    if (!fs.existsSync('/proc/self')) return;
    expect(() => new NodeVfs('/proc/nothing').makeDirectory('')).toThrow(
      expect.objectContaining({ name: 'AlopexError' }),
    );
  });

  it.skipIf(!fs.existsSync('/dev/full'))('reports a full disk by its code and cure', () => {
    fs.symlinkSync('/dev/full', nodePath.join(folder, 'full'));
    const file = new NodeVfs(folder).create('full');
    expect(() => file.append(Uint8Array.of(1))).toThrow(
      expect.objectContaining({
        code: 'ALX_DISK_FULL',
        sqlState: '53100',
        message: expect.stringContaining('full'),
      }),
    );
    expect(file.position).toBe(0);
  });

  // Root may write anywhere: the test is skipped and says so, instead of passing for nothing.
  it.skipIf(process.getuid?.() === 0)('reports a folder that it may not write to', () => {
    fs.chmodSync(folder, 0o500);
    const vfs = new NodeVfs(folder);
    expect(() => vfs.create('a')).toThrow(expect.objectContaining({ code: 'ALX_FILE_ACCESS' }));
    expect(() => vfs.lock('')).toThrow(expect.objectContaining({ code: 'ALX_FILE_ACCESS' }));
    fs.chmodSync(folder, 0o700);
  });
});

describe('The writer lock of NodeVfs', () => {
  it('names the holding process', () => {
    const lock = new NodeVfs(folder).lock('');
    expect(() => new NodeVfs(folder).lock('')).toThrow(
      expect.objectContaining({
        code: 'ALX_ALREADY_OPEN',
        message: expect.stringContaining(`pid ${process.pid}`),
      }),
    );
    lock.release();
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it('is refused by another live process, and named by its pid', () => {
    const lock = new NodeVfs(folder).lock('');
    const script = `
      const { NodeVfs } = await import(${JSON.stringify(nodePath.join(import.meta.dirname, 'node-vfs.ts'))});
      try { new NodeVfs(${JSON.stringify(folder)}).lock(''); console.log('locked'); } catch (error) { console.log(error.code, error.message); }`;
    const args = ['--conditions=@alopex-db/source', '--input-type=module', '-e', script];
    const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(stdout).toContain('ALX_ALREADY_OPEN');
    expect(stdout).toContain(`process ${process.pid}`);
    lock.release();
  });

  it('is taken over from a dead process', () => {
    fs.writeFileSync(
      nodePath.join(folder, 'LOCK'),
      holder({ pid: deadPid(), startTime: '', boot: '' }),
    );
    new NodeVfs(folder).lock('').release();
  });

  it('is taken over when the pid belongs to a later process', () => {
    if (process.platform !== 'linux') return; // start times are known from /proc only
    fs.writeFileSync(
      nodePath.join(folder, 'LOCK'),
      holder({ pid: process.pid, startTime: '1', boot: '' }),
    );
    new NodeVfs(folder).lock('').release();
  });

  it('is taken over after a restart of the machine', () => {
    if (process.platform !== 'linux') return; // boot ids are known from /proc only
    fs.writeFileSync(
      nodePath.join(folder, 'LOCK'),
      holder({ pid: process.pid, startTime: '', boot: 'another' }),
    );
    new NodeVfs(folder).lock('').release();
  });

  it('is taken over when its file was torn', () => {
    fs.writeFileSync(nodePath.join(folder, 'LOCK'), '{"pid":');
    new NodeVfs(folder).lock('').release();
    fs.writeFileSync(nodePath.join(folder, 'LOCK'), '');
    new NodeVfs(folder).lock('').release();
  });

  it('sees the claim of a process that is about to take it, and clears claims of dead ones', () => {
    fs.writeFileSync(
      nodePath.join(folder, 'LOCK.ab12'),
      holder({ pid: process.pid, startTime: '', boot: '' }),
    );
    expect(() => new NodeVfs(folder).lock('')).toThrow(
      expect.objectContaining({ code: 'ALX_ALREADY_OPEN' }),
    );
    fs.writeFileSync(
      nodePath.join(folder, 'LOCK.ab12'),
      holder({ pid: deadPid(), startTime: '', boot: '' }),
    );
    const lock = new NodeVfs(folder).lock('');
    expect(fs.readdirSync(folder)).toEqual(['LOCK']);
    lock.release();
  });
});
