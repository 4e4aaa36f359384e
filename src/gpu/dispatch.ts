import type { GpuTensor } from '../tensor/tensor.ts'
import type { GpuBackend } from './backend.ts'

/** A kernel parameter: a WGSL scalar. */
export interface Scalar {
  readonly type: 'u32' | 'f32'
  readonly value: number
}

export const u32 = (value: number): Scalar => ({ type: 'u32', value })
export const f32 = (value: number): Scalar => ({ type: 'f32', value })

export interface Dispatch {
  /** Names the compiled kernel in the cache: one name and set of constants always means the same code. */
  readonly name: string
  /**
   * WGSL. With `threads`: `fn at(i: u32)`, called for every i below it. With `workgroups`: an entry point `main`.
   * Inputs, outputs (arrays of f32 by their names here), `params` (a struct of the scalars), `is_nan` and `is_finite`
   * are declared already.
   */
  readonly code: string
  readonly inputs: Readonly<Record<string, GpuTensor>>
  readonly outputs: Readonly<Record<string, GpuTensor>>
  readonly params?: Readonly<Record<string, Scalar>>
  /** `const` declarations put before the code. */
  readonly constants?: Readonly<Record<string, number>>
  readonly size: { readonly threads: number } | { readonly workgroups: readonly [x: number, y?: number, z?: number] }
  /** Outputs hold other than f32 (`u32` for packed bytes). */
  readonly outputType?: 'f32' | 'u32'
}

const WORKGROUP = 64

/** Runs one kernel: declares its bindings, compiles it once, submits one dispatch. */
export function dispatch(backend: GpuBackend, kernel: Dispatch): void {
  const { device, pipelines, faults } = backend
  const params = { ...kernel.params, ...('threads' in kernel.size && { threads: u32(kernel.size.threads) }) }
  const inputs = Object.values(kernel.inputs)
  const outputs = Object.values(kernel.outputs)
  faults.dispatching(kernel.name, () => {
    const scalars = Object.values(params)
    const compiled = pipelines.get(kernel.name, kernel.constants ?? {}, () => ({
      name: kernel.name,
      code: moduleOf(kernel, params),
      inputs: inputs.length,
      outputs: outputs.length,
      uniformBytes: 4 * Math.max(1, scalars.length),
    }))
    device.queue.writeBuffer(compiled.uniforms, 0, pack(scalars))
    const storage = [...inputs, ...outputs].map(({ buffer }, binding) => ({ binding, resource: { buffer } }))
    const bindings = device.createBindGroup({
      layout: compiled.layout,
      entries: [...storage, { binding: storage.length, resource: { buffer: compiled.uniforms } }],
    })
    const encoder = device.createCommandEncoder({ label: kernel.name })
    const pass = encoder.beginComputePass({ label: kernel.name })
    pass.setPipeline(compiled.pipeline)
    pass.setBindGroup(0, bindings)
    pass.dispatchWorkgroups(...gridOf(kernel.size, device.limits.maxComputeWorkgroupsPerDimension))
    pass.end()
    device.queue.submit([encoder.finish()])
  })
}

function gridOf(size: Dispatch['size'], most: number): [number, number, number] {
  if ('workgroups' in size) return [size.workgroups[0], size.workgroups[1] ?? 1, size.workgroups[2] ?? 1]
  const groups = Math.max(1, Math.ceil(size.threads / WORKGROUP))
  const x = Math.min(groups, most)
  return [x, Math.ceil(groups / x), 1]
}

function moduleOf(kernel: Dispatch, params: Readonly<Record<string, Scalar>>): string {
  const inputs = Object.keys(kernel.inputs)
  const outputs = Object.keys(kernel.outputs)
  const at = (binding: number): string => `@group(0) @binding(${binding})`
  const fields = Object.entries(params).map(([name, { type }]) => `${name}: ${type},`)
  return [
    ...inputs.map((name, i) => `${at(i)} var<storage, read> ${name}: array<f32>;`),
    ...outputs.map(
      (name, i) => `${at(inputs.length + i)} var<storage, read_write> ${name}: array<${kernel.outputType ?? 'f32'}>;`,
    ),
    `struct Params { ${fields.length > 0 ? fields.join(' ') : 'unused: u32,'} }`,
    `${at(inputs.length + outputs.length)} var<uniform> params: Params;`,
    ...Object.entries(kernel.constants ?? {}).map(([name, value]) => `const ${name} = ${value};`),
    NOT_FINITE,
    kernel.code,
    'threads' in kernel.size ? PER_THREAD : '',
  ].join('\n')
}

/** WGSL may assume that no float is NaN or infinite, so the bits are asked: an exponent of ones marks both. */
const NOT_FINITE = `
fn is_nan(v: f32) -> bool { return (bitcast<u32>(v) & 0x7fffffffu) > 0x7f800000u; }
fn is_finite(v: f32) -> bool { return (bitcast<u32>(v) & 0x7f800000u) != 0x7f800000u; }`

const PER_THREAD = `
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * ${WORKGROUP}u;
  if (i < params.threads) { at(i); }
}`

function pack(scalars: readonly Scalar[]): ArrayBuffer {
  const bytes = new ArrayBuffer(Math.ceil(Math.max(1, scalars.length) / 4) * 16)
  const view = new DataView(bytes)
  scalars.forEach(({ type, value }, i) => {
    if (type === 'f32') view.setFloat32(4 * i, value, true)
    else view.setUint32(4 * i, value, true)
  })
  return bytes
}
