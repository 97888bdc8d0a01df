/** The WebAssembly twin: compiled modules of `assembly/` and their instances, one per memory. */
import type { HnswFunctions } from './hnsw-functions.ts';
import type { KernelFunctions, KernelKind, Kernels } from './kernels.ts';
import type { LinearMemory, MemorySize } from './linear-memory.ts';
import {
  RELAXED_MODULE,
  RELAXED_SHARED_MODULE,
  SIMD_MODULE,
  SIMD_SHARED_MODULE,
} from './wasm-module.gen.ts';

/** A compiled module; what it is concerns the platform alone. */
type CompiledModule = object;

/** What we use of the global `WebAssembly`. */
export interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean;
  compile(bytes: Uint8Array): Promise<CompiledModule>;
  readonly Module: new (bytes: Uint8Array) => CompiledModule;
  readonly Instance: new (
    module: CompiledModule,
    imports: { readonly env: { readonly memory: LinearMemory } },
  ) => { readonly exports: unknown };
  readonly Memory: new (size: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: boolean;
  }) => LinearMemory;
}

export type WasmKind = Exclude<KernelKind, 'typescript'>;

const TEXTS = {
  simd: { unshared: SIMD_MODULE, shared: SIMD_SHARED_MODULE },
  relaxed: { unshared: RELAXED_MODULE, shared: RELAXED_SHARED_MODULE },
} as const;

export class WasmKernels implements Kernels {
  readonly kind: WasmKind;
  readonly #wasm: WebAssemblyApi;
  /** Made at first use: most processes need one of the two. */
  #unshared: CompiledModule | undefined;
  #shared: CompiledModule | undefined;

  constructor(wasm: WebAssemblyApi, kind: WasmKind) {
    this.#wasm = wasm;
    this.kind = kind;
  }

  /** Whether this engine runs the module itself: a stricter question than probing for single instructions. */
  static isSupported(wasm: WebAssemblyApi, kind: WasmKind): boolean {
    return wasm.validate(decodeBase64(TEXTS[kind].unshared));
  }

  /** Compiles off the thread, for pages whose browser refuses to compile more than 4 KiB on the main thread. */
  async compile(): Promise<void> {
    this.#unshared = await this.#wasm.compile(decodeBase64(TEXTS[this.kind].unshared));
    if (typeof SharedArrayBuffer === 'undefined') return;
    this.#shared = await this.#wasm.compile(decodeBase64(TEXTS[this.kind].shared));
  }

  createMemory(size: MemorySize): LinearMemory {
    return new this.#wasm.Memory({
      initial: size.initialPages,
      maximum: size.maximumPages,
      shared: size.shared ?? false,
    });
  }

  bind(memory: LinearMemory): KernelFunctions {
    const instance = new this.#wasm.Instance(this.#moduleFor(memory), { env: { memory } });
    // The module is ours and exports exactly these functions (index.ts in assembly/); the table test calls each of them.
    const functions = instance.exports as KernelFunctions;
    // WebAssembly hands out signed integers; a checksum is unsigned.
    return { ...functions, crc32: (...call) => functions.crc32(...call) >>> 0 };
  }

  bindHnsw(memory: LinearMemory): HnswFunctions {
    const instance = new this.#wasm.Instance(this.#moduleFor(memory), { env: { memory } });
    // As above. Counts of rows stay below 2^31, so signed answers do no harm.
    return instance.exports as HnswFunctions;
  }

  #moduleFor(memory: LinearMemory): CompiledModule {
    if (typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer) {
      this.#shared ??= new this.#wasm.Module(decodeBase64(TEXTS[this.kind].shared));
      return this.#shared;
    }
    this.#unshared ??= new this.#wasm.Module(decodeBase64(TEXTS[this.kind].unshared));
    return this.#unshared;
  }
}

function decodeBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
