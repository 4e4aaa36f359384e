import type { Backend, CpuTensor, GpuTensor, Tensor } from '../tensor/tensor.ts'
import { AppError } from '../base/errors.ts'
import { CpuBackend } from '../tensor/cpu.ts'
import { GpuBackend } from './backend.ts'

/**
 * One operation, two implementations. The CPU half is the specification, the oracle of the tests, and the path on
 * machines without WebGPU; the GPU half must agree with it over random shapes, odd sizes and one pixel.
 */
export interface Kernel<P> {
  readonly name: string
  cpu(inputs: readonly CpuTensor[], params: P, backend: CpuBackend): CpuTensor
  gpu(inputs: readonly GpuTensor[], params: P, backend: GpuBackend): GpuTensor
}

/** Runs a kernel where the tensors are. The result is new and belongs to the caller; inputs are not released. */
export function runKernel<P>(backend: Backend, kernel: Kernel<P>, inputs: readonly Tensor[], params: P): Tensor {
  if (backend instanceof GpuBackend) return backend.wholly(() => kernel.gpu(inputs.map(onGpu), params, backend))
  if (backend instanceof CpuBackend) return kernel.cpu(inputs.map(onCpu), params, backend)
  throw new AppError('gpu/wrong-backend', `Kernel ${kernel.name} knows no backend of kind ${backend.kind}.`)
}

function onGpu(tensor: Tensor): GpuTensor {
  if (tensor.location !== 'gpu') throw new AppError('gpu/wrong-backend', 'A CPU tensor was given to a GPU kernel.')
  return tensor
}

function onCpu(tensor: Tensor): CpuTensor {
  if (tensor.location !== 'cpu') throw new AppError('gpu/wrong-backend', 'A GPU tensor was given to a CPU kernel.')
  return tensor
}
