import type { PublishedPrompt } from '../src/weights/hub/published-prompt.ts'

/** A checkpoint that can be chosen by name. */
export interface CatalogueRow {
  readonly id: string
  readonly name: string
  readonly about: string
}

const NANO: CatalogueRow = {
  id: 'marigold-nano',
  name: 'Marigold Nano',
  about: 'Comes with the editor: small, trained on procedural scenes with the paper’s protocol. Made to start at once.',
}

/** The checkpoints that come with the project, each a diffusers folder models/<id>. The first one is the default. */
export const catalogue: readonly CatalogueRow[] = [NANO]

/** A checkpoint on the Hugging Face Hub. Nothing of it is fetched before a person asks for it. */
export interface PublishedRow extends CatalogueRow {
  /** `owner/name` on the Hub. */
  readonly repository: string
  /** `vae`: an autoencoder alone, in place of either half of another checkpoint's. */
  readonly modality: 'depth' | 'normals' | 'intrinsics' | 'vae'
  readonly licence: string
  /**
   * About so much in each precision that is published: the Hub's own list, which is read before anything is downloaded,
   * has the exact numbers.
   */
  readonly bytes: { readonly fp16?: number; readonly fp32: number }
  /** What spares the download its text encoder (340 M parameters), where that one is known. */
  readonly prompt?: PublishedPrompt
}

/** U-Net (866 M parameters), VAE (84 M), and configs. */
const BYTES = { fp16: 1_900_000_000, fp32: 3_800_000_000 }

/**
 * The embedding of the empty prompt by the text encoder of Stable Diffusion 2, which all Marigold checkpoints have: a
 * zip archive of PyTorch, in which the numbers lie uncompressed.
 */
const PROMPT: PublishedPrompt = {
  encoder: 'stable-diffusion-2',
  repository: 'prs-eth/marigold-depth-v1-1',
  url: 'https://raw.githubusercontent.com/kijai/ComfyUI-Marigold/2adfec75c430b0751a98a82453dc2dd8077bca85/empty_text_embed.pt',
  bytes: 8966,
  sha256: '03b5bc29253143f86a47eeee6e5ef7b5de2adb6fd7d143d4a5128c5f640eb6bd',
  numbers: {
    begin: 320,
    tokens: 2,
    dim: 1024,
    sha256: 'cb57d6fb158b664baff7c41a8318fd05ef7f55331642c2df7e834f917f78d163',
  },
}

/** What is published of the empty prompt, by numbers per token. */
export const publishedPrompts: readonly PublishedPrompt[] = [PROMPT]

const APACHE = 'Apache-2.0'
const MIT = 'MIT'
const OPEN_RAIL = 'CreativeML OpenRAIL++-M'

export const published: readonly PublishedRow[] = [
  {
    id: 'marigold-depth-v1-1',
    name: 'Marigold Depth v1.1',
    about: 'The best all-round depth: 1 to 4 steps, zero-SNR schedule, trained with augmentations.',
    repository: 'prs-eth/marigold-depth-v1-1',
    modality: 'depth',
    licence: OPEN_RAIL,
    bytes: BYTES,
    prompt: PROMPT,
  },
  {
    id: 'marigold-depth-v1-0',
    name: 'Marigold Depth v1.0',
    about: 'The depth of the CVPR 2024 paper: 10 to 50 steps, to compare with what was published.',
    repository: 'prs-eth/marigold-depth-v1-0',
    modality: 'depth',
    licence: APACHE,
    bytes: BYTES,
    prompt: PROMPT,
  },
  {
    id: 'marigold-depth-lcm-v1-0',
    name: 'Marigold Depth LCM v1.0',
    about: 'Depth in one to four steps of a latent consistency model.',
    repository: 'prs-eth/marigold-depth-lcm-v1-0',
    modality: 'depth',
    licence: APACHE,
    bytes: BYTES,
    prompt: PROMPT,
  },
  {
    id: 'marigold-normals-v1-1',
    name: 'Marigold Normals v1.1',
    about: 'Surface normals in 1 to 4 steps.',
    repository: 'prs-eth/marigold-normals-v1-1',
    modality: 'normals',
    licence: OPEN_RAIL,
    bytes: BYTES,
    prompt: PROMPT,
  },
  {
    id: 'marigold-normals-lcm-v0-1',
    name: 'Marigold Normals LCM v0.1',
    about: 'Surface normals in one to four steps of a latent consistency model.',
    repository: 'prs-eth/marigold-normals-lcm-v0-1',
    modality: 'normals',
    licence: APACHE,
    bytes: BYTES,
    prompt: PROMPT,
  },
  {
    id: 'marigold-iid-appearance-v1-1',
    name: 'Marigold IID Appearance v1.1',
    about: 'Intrinsic images: albedo, roughness and metallicity.',
    repository: 'prs-eth/marigold-iid-appearance-v1-1',
    modality: 'intrinsics',
    licence: OPEN_RAIL,
    bytes: BYTES,
    prompt: PROMPT,
  },
  {
    id: 'marigold-iid-lighting-v1-1',
    name: 'Marigold IID Lighting v1.1',
    about: 'Intrinsic images: albedo, diffuse shading and the residual of the lighting.',
    repository: 'prs-eth/marigold-iid-lighting-v1-1',
    modality: 'intrinsics',
    licence: OPEN_RAIL,
    bytes: { fp32: BYTES.fp32 },
    prompt: PROMPT,
  },
  {
    id: 'marigold-e2e-ft-depth',
    name: 'Marigold E2E-FT Depth',
    about: 'Depth in a single step from zeros instead of noise, fine-tuned end to end: fast, and the same each time.',
    repository: 'GonzaloMG/marigold-e2e-ft-depth',
    modality: 'depth',
    licence: APACHE,
    bytes: BYTES,
    prompt: PROMPT,
  },
  {
    id: 'marigold-e2e-ft-normals',
    name: 'Marigold E2E-FT Normals',
    about: 'Surface normals in a single step from zeros instead of noise, fine-tuned end to end.',
    repository: 'GonzaloMG/marigold-e2e-ft-normals',
    modality: 'normals',
    licence: APACHE,
    bytes: BYTES,
    prompt: PROMPT,
  },
  {
    id: 'taesd',
    name: 'TAESD (VAE)',
    about:
      'A tiny VAE, a thirtieth of the size: connect it to VAE Encode, to VAE Decode or to both, beside a Marigold checkpoint. Much faster, a little softer.',
    repository: 'madebyollin/taesd',
    modality: 'vae',
    licence: MIT,
    bytes: { fp32: 9_800_000 },
  },
]

/** The published checkpoint of this id or repository. */
export const publishedRow = (name: string): PublishedRow | undefined =>
  published.find(({ id, repository }) => id === name || repository === name)

/** What may be taken for a folder that is not here: what is published under its name, else what comes along. */
export const insteadOf = (folder: string): CatalogueRow => publishedRow(folder) ?? NANO
