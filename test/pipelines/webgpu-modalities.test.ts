import { recordedCases } from './support/parity.ts'
import { describeOnWebGpu } from './support/webgpu-suite.ts'

describeOnWebGpu('graphs equal diffusers’ Marigold pipelines of normals and intrinsics', [
  ...(await recordedCases('normals')),
  ...(await recordedCases('intrinsics')),
])
