import { AppError } from '../base/errors.ts'

/** One GPUDevice with everything its adapter can give, shared by our kernels and onnxruntime. */
export interface OpenDevice {
  readonly device: GPUDevice
  /** What a person calls it: "NVIDIA GeForce RTX 4090", "SwiftShader Device". */
  readonly name: string
  /** Runs in software, on the processor. */
  readonly software: boolean
  /** `shader-f16`: sessions may compute in half precision. */
  readonly half: boolean
  /** `timestamp-query`. */
  readonly timestamps: boolean
  readonly subgroups: boolean
  /** Resolves once when the device is gone for another reason than `device.destroy()` of our own. */
  readonly lost: Promise<AppError>
}

/** Why there is no device, in words for a person. The caller goes on with the CPU backend. */
export interface NoDevice {
  readonly device: undefined
  readonly reason: string
}

export interface DeviceOptions {
  /** Where to ask: `navigator.gpu` when left out. In Node, `create([])` of the `webgpu` package. */
  readonly gpu?: GPU | undefined
  readonly powerPreference?: GPUPowerPreference
}

/** Used when the adapter has them; onnxruntime compiles other shaders for each. */
const FEATURES = [
  'shader-f16',
  'timestamp-query',
  'subgroups',
  'chromium-experimental-timestamp-query-inside-passes',
] as const

/** Default limits are far below what models need (128 MiB bindings, 8 storage buffers): take what the adapter has. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const

/**
 * A device with all limits and features that kernels and onnxruntime use. A new adapter is asked for each time: after a
 * device is lost the old adapter stays unusable.
 */
export async function requestDevice(options: DeviceOptions = {}): Promise<OpenDevice | NoDevice> {
  const gpu = options.gpu ?? browserGpu()
  if (!gpu) return { device: undefined, reason: 'This browser has no WebGPU, or the page is not served over https.' }
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: options.powerPreference ?? 'high-performance' })
    if (!adapter) return { device: undefined, reason: 'WebGPU found no graphics adapter that it may use.' }
    const device = await adapter.requestDevice({
      requiredFeatures: FEATURES.filter((name) => usable(name, adapter)) as GPUFeatureName[],
      requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
    })
    return opened(device, adapter.info)
  } catch (error) {
    return {
      device: undefined,
      reason: `WebGPU gave no device: ${error instanceof Error ? error.message : String(error)}`,
    }
  }
}

/**
 * onnxruntime-web 1.30's flash attention (from 32 tokens on) gives wrong weights where subgroups have 4 or 8 lanes, as on
 * software adapters and some Intel ones; without the feature it takes another path, which is right.
 */
function usable(name: (typeof FEATURES)[number], adapter: GPUAdapter): boolean {
  const lanes = name === 'subgroups' ? (adapter.info.subgroupMinSize ?? 0) : SAFE_SUBGROUP
  return adapter.features.has(name) && lanes >= SAFE_SUBGROUP
}

const SAFE_SUBGROUP = 16

const browserGpu = (): GPU | undefined =>
  typeof navigator === 'undefined' ? undefined : (navigator as Partial<Navigator>).gpu

function opened(device: GPUDevice, info: GPUAdapterInfo): OpenDevice {
  const name = info.description || [info.vendor, info.architecture].filter(Boolean).join(' ') || 'WebGPU adapter'
  const software = /swiftshader|llvmpipe|lavapipe|warp|basic render/i.test(
    `${name} ${info.architecture} ${info.device}`,
  )
  const has = (feature: string): boolean => device.features.has(feature)
  return {
    device,
    name,
    software,
    half: has('shader-f16'),
    timestamps: has('timestamp-query'),
    subgroups: has('subgroups'),
    lost: new Promise((resolve) => {
      void device.lost.then((lost) => {
        if (lost.reason !== 'destroyed') resolve(deviceLost(lost.message))
      })
    }),
  }
}

export const deviceLost = (message: string): AppError =>
  new AppError('gpu/device-lost', `The graphics device was lost. ${message}`.trim(), {
    fix: 'Run again; if it happens again, use a smaller resolution or run on the processor.',
    remedies: [{ do: 'again' }, { do: 'lower', param: 'resolution', by: 0.75 }, { do: 'processor' }],
  })
