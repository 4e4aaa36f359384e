// The layers of docs/ARCHITECTURE.md: an import may only point down.
const LAYERS = {
  'src/base': [],
  'src/tensor': ['src/base'],
  'src/gpu': ['src/base', 'src/tensor'],
  'src/weights': ['src/base', 'src/tensor'],
  'src/onnx': ['src/base', 'src/tensor', 'src/gpu', 'src/weights'],
  models: ['src/base', 'src/tensor', 'src/gpu', 'src/weights', 'src/onnx'],
  'src/node': ['src/base', 'src/tensor'],
  nodes: ['src/base', 'src/tensor', 'src/gpu', 'src/onnx', 'src/node', 'models'],
  'src/graph': ['src/base', 'src/node'],
  'src/engine': ['src/base', 'src/tensor', 'src/node', 'src/graph'],
  'src/editor': ['src/base', 'src/node', 'src/graph', 'src/engine'],
}

const rules = Object.entries(LAYERS).map(([layer, below]) => ({
  name: `${layer.replace('src/', '')}-imports-down`,
  severity: 'error',
  from: { path: `^${layer}/` },
  to: { path: '^(src|nodes|models)/', pathNot: [layer, ...below].map((path) => `^${path}/`) },
}))

module.exports = {
  forbidden: [
    ...rules,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'nodes-do-not-import-nodes', severity: 'error', from: { path: '^nodes/' }, to: { path: '^nodes/' } },
    {
      name: 'only-the-session-imports-onnxruntime',
      severity: 'error',
      from: { pathNot: '^src/onnx/session' },
      to: { path: 'onnxruntime-web' },
    },
    {
      name: 'editor-sees-the-engine-through-its-client',
      severity: 'error',
      from: { path: '^src/editor/' },
      to: { path: '^src/engine/', pathNot: '^src/engine/(client|events|live-plan)' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'default', 'types'],
      extensions: ['.ts', '.js', '.svelte'],
    },
  },
}
