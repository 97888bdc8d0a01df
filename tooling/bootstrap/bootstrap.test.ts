/** The parts of set-up that decide something: which Node is enough, which environment goes on, when a step is skipped. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cleanEnvironment, run } from './child.mjs';
import { holding } from './lock.mjs';
import { filesBelow, hashFiles, stampMatches, writeStamp } from './stamp.mjs';
import { isNewEnough } from './toolchain.mjs';
import { perform } from './workspace.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'alopex-bootstrap-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('which Node builds this repository', () => {
  it('accepts supported releases that strip types and refuses old and odd ones', () => {
    expect(
      ['22.18.0', '24.0.0', '24.21.0', '26.1.0', '30.0.0'].filter(
        (version) => !isNewEnough(version),
      ),
    ).toEqual([]);
    expect(['18.20.0', '20.20.2', '22.17.1', '23.11.0', '25.2.0'].filter(isNewEnough)).toEqual([]);
  });
});

describe('the environment of steps and jobs', () => {
  it('drops what npm says about its own run and keeps where packages come from', () => {
    const inherited = {
      PATH: 'old',
      HOME: 'h',
      NODE_OPTIONS: '--inspect',
      npm_lifecycle_event: 'start',
      npm_config_prefix: 'p',
      npm_config_registry: 'r',
    };
    const clean = cleanEnvironment(inherited, ['a', 'b']);
    expect(clean).toMatchObject({ HOME: 'h', npm_config_registry: 'r', pnpm_config_registry: 'r' });
    expect(clean['PATH']?.split(/[:;]/)).toEqual(['a', 'b', 'old']);
    expect(Object.keys(clean)).not.toContain('npm_lifecycle_event');
    expect(Object.keys(clean)).not.toContain('npm_config_prefix');
    expect(Object.keys(clean)).not.toContain('NODE_OPTIONS');
  });

  it('hands on the exit code of a child, and the signal that ended one as a shell would', async () => {
    const quiet = { stdio: 'ignore' } as const;
    expect(await run(process.execPath, ['-e', 'process.exit(7)'], quiet)).toBe(7);
    expect(await run(process.execPath, ['-e', "process.kill(process.pid, 'SIGKILL')"], quiet)).toBe(
      137,
    );
  });
});

describe('steps', () => {
  /** A step that runs a line of JavaScript. */
  function step(script: string) {
    return {
      name: 'a step under test',
      stamp: join(folder, 'stamps/step'),
      hash: () =>
        hashFiles(
          folder,
          filesBelow(join(folder, 'in'), () => true),
        ),
      isThere: () => true,
      command: [process.execPath, ['-e', script]] as const,
    };
  }
  const append = "require('node:fs').appendFileSync('log', 'x')";
  const runs = () => readFileSync(join(folder, 'log'), 'utf8').length;

  it('are skipped while their inputs stay the same', async () => {
    await perform(folder, step(append), process.env);
    await perform(folder, step(append), process.env);
    expect(runs()).toBe(1);
  });

  it('are repeated after they failed, because a stamp is written only after success', async () => {
    await expect(
      perform(folder, step(`${append}; process.exit(3)`), process.env),
    ).rejects.toMatchObject({ code: 3 });
    await perform(folder, step(append), process.env);
    expect(runs()).toBe(2);
  });

  it('are repeated when the content of an input changes', () => {
    const stamp = join(folder, 'stamp');
    const input = join(folder, 'a.txt');
    writeFileSync(input, 'one');
    writeStamp(stamp, hashFiles(folder, [input]));
    expect(stampMatches(stamp, hashFiles(folder, [input]))).toBe(true);
    writeFileSync(input, 'two');
    expect(stampMatches(stamp, hashFiles(folder, [input]))).toBe(false);
  });

  it('run one at a time, and take over the lock of a process that is gone', async () => {
    const lock = join(folder, 'lock');
    writeFileSync(lock, '2147483646');
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside -= 1;
    };
    await Promise.all([holding(lock, work), holding(lock, work)]);
    expect(most).toBe(1);
  });
});
