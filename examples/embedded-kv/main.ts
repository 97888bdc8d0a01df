/** Keys and values: read, write, compare-and-swap, scan, and a transaction that spans several keys. */
import { Database } from '@alopex-db/embedded';

await using db = await Database.openInMemory();

await db.kv.put('user:1:name', 'Ada');
await db.kv.put('user:2:name', 'Grace');
console.log('user 1 is', await db.kv.getText('user:1:name'));

// Only the first of two writers who saw "Ada" wins.
console.log('renamed', await db.kv.compareAndSwap('user:1:name', 'Ada', 'Ada L.'));
console.log('renamed again', await db.kv.compareAndSwap('user:1:name', 'Ada', 'Somebody'));

// Both counters change, or none.
await db.transaction(async (tx) => {
  const visits = Number((await tx.kv.getText('visits')) ?? '0');
  await tx.kv.put('visits', String(visits + 1));
  await tx.kv.put('last-visitor', 'user:2');
});
console.log('visits', await db.kv.getText('visits'));

for await (const [key, value] of db.kv.scan({ prefix: 'user:' })) {
  console.log(Buffer.from(key).toString(), '=', Buffer.from(value).toString());
}
