import { AppError } from '../../src/base/errors.ts'
import { runKernel } from '../../src/gpu/kernel.ts'
import { census } from '../../src/gpu/kernels/census.ts'
import { count, type Backend, type Tensor } from '../../src/tensor/tensor.ts'

/**
 * Looks at what a model made, where it lies; twelve bytes are read back. Throws, so that it becomes nobody's result:
 * `node/not-finite` where a number is NaN or infinite, and `node/all-zero` where every number is exactly zero, which no
 * trained model makes but a device that fails without saying so. Resolves to how many stand at the limit of half
 * precision. `model` is what people know it by: "U-Net".
 */
export async function expectSound(backend: Backend, tensor: Tensor, model: string): Promise<number> {
  const counts = runKernel(backend, census, [tensor], {})
  let strange, saturated, present
  try {
    ;[strange = 0, saturated = 0, present = 0] = await backend.read(counts)
  } finally {
    counts.release()
  }
  const all = count(tensor.dims)
  if (strange > 0)
    throw new AppError(
      'node/not-finite',
      `The ${model} made ${strange === all ? 'nothing but' : `${strange} of ${all}`} numbers that are not finite.`,
      {
        ...(backend.kind === 'webgpu' && { remedies: [{ do: 'processor' }] }),
        fix: 'Half precision may have overflowed: use the checkpoint’s fp32 files, or WebAssembly, or a smaller resolution. If it stays, the weights are damaged.',
      },
    )
  if (present === 0)
    throw new AppError('node/all-zero', `The ${model} made nothing but zeros.`, {
      ...(backend.kind === 'webgpu' && { remedies: [{ do: 'again' }, { do: 'processor' }] }),
      fix: 'The graphics device may have failed without saying so: run again, or use WebAssembly. If it stays, the weights are damaged.',
    })
  return saturated
}

/** The tensor, if it is sound; else it is released and `node/not-finite` or `node/all-zero` thrown. */
export async function onlySound(backend: Backend, tensor: Tensor, model: string): Promise<Tensor> {
  try {
    await expectSound(backend, tensor, model)
    return tensor
  } catch (error) {
    tensor.release()
    throw error
  }
}
