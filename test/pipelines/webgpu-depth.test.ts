import { recordedCases } from './support/parity.ts'
import { describeOnWebGpu } from './support/webgpu-suite.ts'

const cases = [...(await recordedCases()), ...(await recordedCases('halves'))]
describeOnWebGpu('graphs equal diffusers’ Marigold depth pipeline', cases)
