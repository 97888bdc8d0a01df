/** How large things may grow. The aim is in STYLE; above the note a reviewer should ask, above the error the run fails. */
export const SIZES = {
  fileLines: { note: 350, error: 600 },
  functionLines: { note: 70, error: 100 },
  /** Files directly in a folder, tests not counted. Folders of one concept per file may hold more, so this is a note only. */
  folderFiles: { note: 20 },
} as const;
