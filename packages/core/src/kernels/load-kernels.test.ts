import { afterEach, describe, expect, it, vi } from 'vitest';
import { AlopexError } from '../base/errors.ts';
import { loadKernels, loadKernelsAsync } from './load-kernels.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('Loading kernels', () => {
  it('takes relaxed SIMD where the engine has it', () => {
    expect(loadKernels().kind).toBe('relaxed');
  });

  it('gives simulation the kernels whose results are the same bits everywhere', () => {
    expect(loadKernels({ kind: 'exact' }).kind).toBe('simd');
  });

  it('gives each named kind when asked', () => {
    for (const kind of ['relaxed', 'simd', 'typescript'] as const) {
      expect(loadKernels({ kind }).kind).toBe(kind);
    }
  });

  it('compiles off the thread when a browser wants it so', async () => {
    const kernels = await loadKernelsAsync();
    const memory = kernels.createMemory({ initialPages: 1, maximumPages: 1, shared: true });
    expect(kernels.bind(memory).dotF32(0, 0, 16)).toBe(0);
  });

  it('falls back to TypeScript without WebAssembly, on a memory that grows all the same', () => {
    vi.stubGlobal('WebAssembly', undefined);
    const kernels = loadKernels();
    expect(kernels.kind).toBe('typescript');
    const memory = kernels.createMemory({ initialPages: 1, maximumPages: 2 });
    const functions = kernels.bind(memory);
    expect(memory.grow(1)).toBe(1);
    new Float32Array(memory.buffer, 65_536, 2).set([3, 4]);
    expect(functions.dotF32(65_536, 65_536, 2)).toBe(25);
    expect(() => memory.grow(1)).toThrow(AlopexError);
  });

  it('falls back to SIMD where relaxed SIMD does not validate, and says so when relaxed is asked for', () => {
    const { WebAssembly: real } = globalThis as unknown as {
      readonly WebAssembly: { validate(bytes: Uint8Array): boolean };
    };
    let asked = 0;
    vi.stubGlobal('WebAssembly', {
      ...real,
      validate: (bytes: Uint8Array) => {
        asked += 1;
        return asked > 1 && real.validate(bytes);
      },
    });
    expect(loadKernels().kind).toBe('simd');
    asked = 0;
    expect(() => loadKernels({ kind: 'relaxed' })).toThrow(
      expect.objectContaining({ code: 'ALX_UNSUPPORTED' }),
    );
  });
});
