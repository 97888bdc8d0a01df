/** Runs `compaction/picker.golden`: builds a version out of a block's lines, asks the picker, writes down its choice. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { fileId, keyspaceId, type FileId, type KeyspaceId } from '../../src/base/brand.ts';
import { encodeUtf8 } from '../../src/base/bytes.ts';
import { checkVersion } from '../../src/lsm/invariants.ts';
import { LEVELED_DEFAULTS } from '../../src/lsm/compaction/leveled.ts';
import {
  pickCompaction,
  pickFullCompaction,
  type Choice,
  type PickerInput,
} from '../../src/lsm/compaction/picker.ts';
import { applyEdit, EMPTY_VERSION } from '../../src/lsm/version.ts';
import type { TableDescription } from '../../src/lsm/version-edit.ts';
import { parseGolden, rewriteGolden } from '../../src/testing/golden.ts';

const SCRIPT = path.join(import.meta.dirname, 'compaction', 'picker.golden');
const TABLE =
  /^L(?<level>\d) #(?<id>\d+) (?<min>\w+)\.\.(?<max>\w+) (?<size>\d+)(?: deletes (?<deletes>\d+))?(?: old (?<old>\d+))?(?: versions (?<oldest>\d+)\.\.(?<newest>\d+))?(?<small> small)?$/u;

interface Situation {
  readonly input: PickerInput<TableDescription>;
  readonly full: { readonly keyspace: KeyspaceId; readonly level: number } | undefined;
}

function situationOf(commands: readonly string[]): Situation {
  const tables: TableDescription[] = [];
  let keyspace = keyspaceId(1);
  let full: Situation['full'];
  let busy = new Set<FileId>();
  let rewritten = new Set<FileId>();
  let settled = 1000;
  for (const command of commands) {
    const [word = '', ...rest] = command.split(' ');
    if (word === 'keyspace') keyspace = keyspaceId(Number(rest[0]));
    else if (word === 'busy') busy = new Set(rest.map((id) => fileId(Number(id))));
    else if (word === 'rewritten') rewritten = new Set(rest.map((id) => fileId(Number(id))));
    else if (word === 'settled') settled = Number(rest[0]);
    else if (word === 'full')
      full = { keyspace: keyspaceId(Number(rest[0])), level: Number(rest[2]) };
    else tables.push(tableOf(command, keyspace));
  }
  const edit = { addedTables: tables, nextFileId: 1000, lastVersion: 1000 };
  const version = applyEdit<TableDescription>(EMPTY_VERSION, edit, (table) => table);
  checkVersion(version);
  return { input: { version, busy, rewritten, settled, options: LEVELED_DEFAULTS }, full };
}

function tableOf(command: string, keyspace: KeyspaceId): TableDescription {
  const found = TABLE.exec(command)?.groups;
  expect(found, `"${command}" describes a table`).toBeDefined();
  const number = (name: string, otherwise: number): number => Number(found?.[name] ?? otherwise);
  const entryCount = found?.['small'] === undefined ? 100_000 : 100;
  return {
    fileId: fileId(number('id', 0)),
    keyspace,
    level: number('level', 0),
    fileSizeBytes: number('size', 0) * 1024 * 1024,
    metadata: {
      entryCount,
      keyCount: entryCount - (number('old', 0) * entryCount) / 100,
      deleteCount: (number('deletes', 0) * entryCount) / 100,
      rangeDeleteCount: 0,
      expiringCount: 0,
      keyBytes: 0,
      valueBytes: 0,
      minVersion: number('oldest', 1),
      maxVersion: number('newest', 100),
      blockCount: 1,
      minKey: encodeUtf8(found?.['min'] ?? ''),
      maxKey: encodeUtf8(found?.['max'] ?? ''),
    },
  };
}

function describeChoice(choice: Choice): string {
  if (choice.kind === 'none') return 'none';
  const ids = (tables: readonly TableDescription[]): string =>
    tables.map((table) => table.fileId).join(' ');
  const lower =
    choice.kind === 'merge' && choice.lower.length > 0 ? ` with ${ids(choice.lower)}` : '';
  const way = `level ${choice.from} into ${choice.into} (${choice.reason})`;
  return `${choice.kind} keyspace ${choice.keyspace}, ${way}: ${ids(choice.upper)}${lower}`;
}

const text = existsSync(SCRIPT) ? readFileSync(SCRIPT, 'utf8') : '';
const blocks = parseGolden(text);
const results: string[] = [];

it.each(blocks.map((block) => ({ block, title: block.commands.join('; ') })))(
  'picks for $title',
  ({ block }) => {
    const { input, full } = situationOf(block.commands);
    const choice =
      full === undefined
        ? pickCompaction(input)
        : pickFullCompaction(input, full.keyspace, full.level);
    const result = describeChoice(choice);
    results.push(result);
    if (process.env['ALOPEX_REWRITE_GOLDEN'] === '1') {
      if (results.length === blocks.length) writeFileSync(SCRIPT, rewriteGolden(text, results));
      return;
    }
    expect(result, `line ${block.line}`).toBe(block.expected);
  },
);
