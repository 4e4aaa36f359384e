import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { AppError } from '../../base/errors.ts'

let loaded: Promise<GPU> | undefined

/**
 * WebGPU in Node: Dawn, by the optional package `webgpu`, with switches of Dawn's for measuring at the first call. Sets `navigator.gpu` and the WebGPU globals, for which
 * onnxruntime-web looks when it is first imported. Throws `cli/no-webgpu` where the package is missing or has no build for
 * this system.
 */
export function loadDawn(switches: readonly string[] = []): Promise<GPU> {
  loaded ??= load(switches)
  return loaded
}

async function load(switches: readonly string[]): Promise<GPU> {
  const { create, globals } = await import('webgpu').catch((cause: unknown) => {
    throw noPackage(cause)
  })
  Object.assign(globalThis, globals)
  const gpu = create([...switches])
  const home = (globalThis as { navigator?: object }).navigator ?? {}
  Object.defineProperty(home, 'gpu', { value: gpu, configurable: true })
  Object.defineProperty(globalThis, 'navigator', { value: home, configurable: true })
  return gpu
}

/**
 * Keeps V8 from optimising WebAssembly that is loaded after this. Where the graphics card computes, onnxruntime's 27 MB only
 * give it commands; optimising them takes two cores for half a minute, for which even `process.exit` waits.
 */
export const leaveWasmUnoptimised = (): void => setFlagsFromString('--wasm-tiering-budget=1000000000')

/** Says by its exit status whether Dawn, given by its URL, finds an adapter. */
const PROBE = `
const { create } = await import(process.argv[1])
process.exit((await create([]).requestAdapter()) ? 0 : 1)`

/**
 * Whether Dawn finds an adapter, asked in a process of its own: without a driver Dawn and the Vulkan loader write
 * warnings to stderr, and a broken driver may end the process. Throws `cli/no-webgpu` where the package is missing.
 */
export async function hasAdapter(): Promise<boolean> {
  const path = ((): string => {
    try {
      return createRequire(import.meta.url).resolve('webgpu')
    } catch (cause) {
      throw noPackage(cause)
    }
  })()
  const words = ['--input-type=module', '--eval', PROBE, pathToFileURL(path).href]
  return new Promise((resolve) => {
    spawn(process.execPath, words, { stdio: 'ignore' })
      .once('error', () => resolve(false))
      .once('exit', (status) => resolve(status === 0))
  })
}

function noPackage(cause: unknown): AppError {
  const [why = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n')
  return new AppError('cli/no-webgpu', `The package webgpu could not be loaded (${why}).`, {
    fix: 'Install it with npm install --include=optional, or use --backend wasm.',
    cause,
  })
}
