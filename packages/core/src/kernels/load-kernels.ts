/** Chooses the fastest twin that this JavaScript engine runs, or the one that is asked for. */
import { AlopexError } from '../base/errors.ts';
import type { KernelKind, Kernels } from './kernels.ts';
import { TypeScriptKernels } from './typescript-kernels.ts';
import { WasmKernels, type WasmKind, type WebAssemblyApi } from './wasm-kernels.ts';

export interface KernelOptions {
  /**
   * Default 'auto': relaxed SIMD, else SIMD, else TypeScript. 'exact': SIMD, else TypeScript, whose results are the same
   * bits everywhere; simulation and everything that compares replicas asks for it. A named kind that is missing here throws.
   */
  readonly kind?: KernelKind | 'auto' | 'exact' | undefined;
}

/** Loads without waiting: about a millisecond. A browser's main thread may refuse it; see `loadKernelsAsync`. */
export function loadKernels(options: KernelOptions = {}): Kernels {
  return chooseKernels(options.kind ?? 'auto');
}

/** The same, compiling off the thread. */
export async function loadKernelsAsync(options: KernelOptions = {}): Promise<Kernels> {
  const kernels = chooseKernels(options.kind ?? 'auto');
  if (kernels instanceof WasmKernels) await kernels.compile();
  return kernels;
}

function chooseKernels(asked: KernelKind | 'auto' | 'exact'): Kernels {
  if (asked === 'typescript') return new TypeScriptKernels();
  // The global is missing in some embedded engines, and where a policy forbids it.
  const { WebAssembly: wasm } = globalThis as { readonly WebAssembly?: WebAssemblyApi };
  for (const kind of wasmKinds(asked)) {
    if (wasm !== undefined && WasmKernels.isSupported(wasm, kind))
      return new WasmKernels(wasm, kind);
  }
  if (asked === 'simd' || asked === 'relaxed') {
    throw new AlopexError(
      'ALX_UNSUPPORTED',
      `this JavaScript engine does not run '${asked}' kernels`,
      {
        hint: "ask for 'auto', which falls back to what there is",
      },
    );
  }
  return new TypeScriptKernels();
}

function wasmKinds(
  asked: Exclude<KernelKind, 'typescript'> | 'auto' | 'exact',
): readonly WasmKind[] {
  if (asked === 'auto') return ['relaxed', 'simd'];
  return [asked === 'relaxed' ? 'relaxed' : 'simd'];
}
