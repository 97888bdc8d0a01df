/** A process that opens a database and keeps it open until it is killed. Argument: the path. */
import { writeSync } from 'node:fs';
import { Database } from '@alopex-db/embedded';

const db = await Database.open(process.argv[2]);
await db.kv.put('held', 'yes');
writeSync(1, 'open\n');
// Standard input stays open as long as the parent lives, and with it this process.
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
