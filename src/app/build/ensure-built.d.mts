export const ROOT: string
export function ensureBuilt(what: 'page' | 'cli'): Promise<void>
