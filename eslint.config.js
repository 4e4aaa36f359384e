import svelte from 'eslint-plugin-svelte'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'test/fixtures/', 'models/train/', 'models/marigold-nano/'] },
  ...tseslint.configs.strict,
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
  },
  {
    rules: {
      eqeqeq: 'error',
      'max-lines': ['error', { max: 400 }],
      'no-eval': 'error',
      'no-new-func': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      // a class may stand for an interface with state (Rete's schemes), and `{}` for "no members yet"
      '@typescript-eslint/no-dynamic-delete': 'off',
      'svelte/no-at-html-tags': 'error',
      // collections in the editor's state are replaced, never changed ($state.raw)
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    // Svelte's compiler knows which `let` is written by a binding
    files: ['**/*.svelte'],
    rules: { 'prefer-const': 'off', 'no-undef': 'off' },
  },
)
