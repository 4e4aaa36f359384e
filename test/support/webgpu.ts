import { existsSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { leaveWasmUnoptimised, loadDawn } from '../../src/app/compute/dawn.ts'
import { GpuBackend } from '../../src/gpu/backend.ts'
import { requestDevice, type OpenDevice } from '../../src/gpu/device.ts'

/** Debian's Chromium brings a software Vulkan driver and a loader; a driver chosen from outside is left alone. */
const CHROMIUM = '/usr/lib/chromium'
const RTLD_NODELETE = 0x1000

/**
 * What a process of its own needs in its environment to find an adapter. (Here the loader must be opened before Dawn
 * looks for it: its folder is read from the environment at the start of a process only.)
 */
export function adapterEnvironment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    XDG_RUNTIME_DIR: process.env['XDG_RUNTIME_DIR'] ?? tmpdir(),
    ...(driver && { VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: CHROMIUM }),
  }
}

/** WebGPU in Node on the machine's own adapter or SwiftShader. */
export function nodeGpu(): Promise<GPU> {
  process.env['XDG_RUNTIME_DIR'] ??= tmpdir()
  if (driver !== undefined) {
    process.env['VK_ICD_FILENAMES'] = driver
    preload(`${CHROMIUM}/libvulkan.so.1`)
  }
  leaveWasmUnoptimised()
  return loadDawn()
}

/** SwiftShader's driver, unless a driver was chosen from outside. */
const driver =
  existsSync(CHROMIUM) && !process.env['VK_ICD_FILENAMES'] ? `${CHROMIUM}/vk_swiftshader_icd.json` : undefined

/** Loads a library so that Dawn's own search finds it by name. It is no Node module, so Node complains and unloads. */
function preload(library: string): void {
  try {
    process.dlopen({ exports: {} }, library, constants.dlopen.RTLD_LAZY | constants.dlopen.RTLD_GLOBAL | RTLD_NODELETE)
  } catch {
    // Always: "did not self-register". RTLD_NODELETE keeps it loaded.
  }
}

/** A device of its own for one test file. Throws when the machine has no adapter: GPU tests are not optional. */
export async function openTestDevice(): Promise<OpenDevice> {
  const opened = await requestDevice({ gpu: await nodeGpu() })
  if (!opened.device) throw new Error(`GPU tests need a WebGPU adapter (install Debian's chromium). ${opened.reason}`)
  return opened
}

/** A backend with validation scopes on. `close()` throws what went wrong on the device, then destroys it. */
export async function openTestBackend(): Promise<{ backend: GpuBackend; device: OpenDevice; close(): Promise<void> }> {
  const device = await openTestDevice()
  const backend = new GpuBackend(device.device, { debug: true })
  const close = async (): Promise<void> => {
    await backend.check()
    backend.dispose()
    device.device.destroy()
  }
  return { backend, device, close }
}
