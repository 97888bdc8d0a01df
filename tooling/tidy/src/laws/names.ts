/** Names that say nothing, and names that speak of history instead of content. */

export const BANNED_WORDS: readonly string[] = [
  'utils',
  'util',
  'helpers',
  'helper',
  'common',
  'misc',
  'shared',
];

/** `parser-v2`, `writer-new`: git holds what was; the tree holds what is. */
export const HISTORY_SUFFIX = /-(v\d+|new|old|copy|backup|bak|tmp)$/;

/** File and folder names are kebab-case; test and declaration suffixes stand after dots. */
export const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/;

/** Names that tools or custom prescribe. */
export const PRESCRIBED =
  /^(README|CHANGELOG|LICENSE|ARCHITECTURE|CONTRIBUTING|SECURITY|CODE_OF_CONDUCT)(\.md)?$|^\./;
