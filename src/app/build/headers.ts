import { publishedPrompts } from '../../../models/catalogue.ts'

/** The Hugging Face Hub, and the hosts that it sends downloads to. */
const HUB = 'https://huggingface.co https://*.huggingface.co https://*.hf.co'
const PROMPTS = publishedPrompts.map(({ url }) => new URL(url).origin).join(' ')

/**
 * Headers of the page. Cross-origin isolation gives WebAssembly its threads; the policy lets nothing in but our own
 * files, and checkpoints that the person downloads. Development adds what Vite's live reload needs.
 */
export function headers({ development }: { development: boolean }): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `script-src 'self' 'wasm-unsafe-eval'${development ? " 'unsafe-inline'" : ''}`,
    `style-src 'self'${development ? " 'unsafe-inline'" : ''}`,
    "img-src 'self' blob: data:",
    `connect-src 'self' ${HUB} ${PROMPTS}${development ? ' ws:' : ''}`,
    "worker-src 'self' blob:",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "object-src 'none'",
  ]
  return {
    'Content-Security-Policy': policy.join('; '),
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  }
}
