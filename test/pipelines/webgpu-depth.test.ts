import { recordedCases } from './support/parity.ts'
import { describeOnWebGpu } from './support/webgpu-suite.ts'

describeOnWebGpu('graphs equal diffusers’ Marigold depth pipeline', await recordedCases())
