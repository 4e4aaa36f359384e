/** A folder's name as documents may have it: letters, digits and `. _ @ + -`. */
export const folderName = (folder: string): string =>
  folder
    .normalize('NFKD')
    .replace(/[^\w.@+-]+/g, '-')
    .replace(/^[^a-z0-9]+/i, '')
    .slice(0, 60) || 'folder'
