import { AppError } from '../../src/base/errors.ts'
import { runKernel } from '../../src/gpu/kernel.ts'
import { census } from '../../src/gpu/kernels/census.ts'
import { count, type Backend, type Tensor } from '../../src/tensor/tensor.ts'

/**
 * Looks at what a model made, where it lies; eight bytes are read back. Throws `node/not-finite` where a number is NaN or
 * infinite, so that it becomes nobody's result. Resolves to how many stand at the limit of half precision. `model` is what
 * people know it by: "U-Net".
 */
export async function expectFinite(backend: Backend, tensor: Tensor, model: string): Promise<number> {
  const counts = runKernel(backend, census, [tensor], {})
  let strange, saturated
  try {
    ;[strange = 0, saturated = 0] = await backend.read(counts)
  } finally {
    counts.release()
  }
  if (strange === 0) return saturated
  const all = count(tensor.dims)
  throw new AppError(
    'node/not-finite',
    `The ${model} made ${strange === all ? 'nothing but' : `${strange} of ${all}`} numbers that are not finite.`,
    {
      ...(backend.kind === 'webgpu' && { remedies: [{ do: 'processor' }] }),
      fix: 'Half precision may have overflowed: use the checkpoint’s fp32 files, or WebAssembly, or a smaller resolution. If it stays, the weights are damaged.',
    },
  )
}

/** The tensor, if all of it is finite; else it is released and `node/not-finite` thrown. */
export async function onlyFinite(backend: Backend, tensor: Tensor, model: string): Promise<Tensor> {
  try {
    await expectFinite(backend, tensor, model)
    return tensor
  } catch (error) {
    tensor.release()
    throw error
  }
}
