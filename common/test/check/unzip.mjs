// Reads archives in the format of ZIP strictly, as far as ours go.
import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';

/** gzip around what is packed: zlib refuses it where the sum or the size is another. */
function unpacked(packed, sum, size) {
  const head = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
  const tail = Buffer.alloc(8);
  sum.copy(tail);
  tail.writeUInt32LE(size, 4);
  return gunzipSync(Buffer.concat([head, packed, tail]));
}

/** @returns {Map<string, { content: Buffer, mode: number }>} by name */
export function unzip(archive) {
  const end = archive.length - 22;
  assert.equal(archive.readUInt32LE(end), 0x06054b50, 'it ends with its end record');
  const count = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  assert.equal(at + archive.readUInt32LE(end + 12), end, 'the directory lies before it');
  const files = new Map();
  let next = 0;
  for (let number = 0; number < count; ++number) {
    assert.equal(archive.readUInt32LE(at), 0x02014b50);
    const length = archive.readUInt16LE(at + 28);
    const name = archive.toString('utf8', at + 46, at + 46 + length);
    const local = archive.readUInt32LE(at + 42);
    assert.equal(local, next, 'no gaps');
    assert.equal(archive.readUInt32LE(local), 0x04034b50);
    assert.ok(archive.subarray(local + 4, local + 30).equals(archive.subarray(at + 6, at + 32)),
      'both headers say the same');
    const start = local + 30 + length;
    next = start + archive.readUInt32LE(at + 20);
    assert.ok(!files.has(name), `${name} is there twice`);
    files.set(name, {
      mode: archive.readUInt32LE(at + 38) >>> 16,
      content: unpacked(archive.subarray(start, next), archive.subarray(at + 16, at + 20),
        archive.readUInt32LE(at + 24)),
    });
    at += 46 + length;
  }
  assert.equal(at, end, 'no more entries than it says');
  return files;
}
