import { svelte, vitePreprocess } from '@sveltejs/vite-plugin-svelte'
import { defaultClientConditions } from 'vite'
import { defineConfig } from 'vitest/config'
import { headers } from './src/app/build/headers.ts'
import { servedFiles } from './src/app/build/served-files.ts'

/** `vite build` makes the page (dist/page); `vite build --mode cli` makes the command line (dist/cli). */
export default defineConfig(({ mode, isSsrBuild }) => {
  const cli = mode === 'cli' || isSsrBuild === true
  return {
    base: './',
    publicDir: false,
    plugins: [svelte({ preprocess: vitePreprocess() }), ...(cli ? [] : [servedFiles()])],
    // onnxruntime-web finds its wasm in a folder of ours, not in bundled copies
    resolve: { conditions: ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions] },
    worker: { format: 'es' },
    build: cli
      ? {
          outDir: 'dist/cli',
          target: 'node20',
          ssr: 'src/app/cli/main.ts',
          minify: false,
          emptyOutDir: true,
          // optional: the command line is built, and runs on WebAssembly, without it
          rolldownOptions: { external: ['webgpu'] },
        }
      : { outDir: 'dist/page', target: 'es2023', emptyOutDir: true, assetsInlineLimit: 0, chunkSizeWarningLimit: 1500 },
    server: { headers: headers({ development: true }) },
    preview: { headers: headers({ development: false }) },
    test: {
      pool: 'forks',
      maxWorkers: 2,
      projects: [
        {
          extends: true,
          test: {
            name: 'unit',
            include: ['test/**/*.test.ts'],
            exclude: ['test/e2e/**', 'test/full/**'],
            testTimeout: 60_000,
          },
        },
        { extends: true, test: { name: 'full', include: ['test/full/**/*.test.ts'], fileParallelism: false } },
        {
          extends: true,
          test: {
            name: 'e2e',
            include: ['test/e2e/**/*.test.ts'],
            globalSetup: ['test/e2e/support/serve.ts'],
            testTimeout: 180_000,
            hookTimeout: 180_000,
            fileParallelism: false,
            // a browser on a busy machine: what passes at the second try is reported as such
            retry: 1,
            expect: { poll: { timeout: 15_000 } },
          },
        },
      ],
    },
  }
})
