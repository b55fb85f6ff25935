// Archives in the format of ZIP (PKWARE's APPNOTE, 4.3): plain files with their mode. All have one
// time, so that the same files make the same archive.
import { deflateRawSync, gzipSync } from 'node:zlib';

const deflated = 8;
const firstDay = 0x21; // 1980-01-01
const unix = 3 << 8 | 20; // who made it, and the least version that reads it

/** gzip's last but four bytes are the CRC that ZIP wants, too. */
const crcOf = (content) => gzipSync(content).subarray(-8, -4);

/** Numbers of so many bytes, one after the other. */
const numbers = (...list) => Buffer.concat(list.map(([size, value]) => {
  const buffer = Buffer.alloc(size);
  buffer.writeUIntLE(value, 0, size);
  return buffer;
}));

/** @param {{ name: string, content: Buffer, mode: number }[]} files */
export function zip(files) {
  const parts = [];
  const directory = [];
  let at = 0;
  for (const { name, content, mode } of files) {
    const packed = deflateRawSync(content);
    const about = Buffer.concat([
      numbers([2, 20], [2, 0x800], [2, deflated], [2, 0], [2, firstDay]), crcOf(content),
      numbers([4, packed.length], [4, content.length], [2, Buffer.byteLength(name)], [2, 0]),
    ]);
    const local = Buffer.concat([numbers([4, 0x04034b50]), about, Buffer.from(name), packed]);
    directory.push(numbers([4, 0x02014b50], [2, unix]), about,
      numbers([2, 0], [2, 0], [2, 0], [4, (0o100000 | mode) * 2 ** 16], [4, at]),
      Buffer.from(name));
    parts.push(local);
    at += local.length;
  }
  const index = Buffer.concat(directory);
  return Buffer.concat([...parts, index, numbers([4, 0x06054b50], [2, 0], [2, 0],
    [2, files.length], [2, files.length], [4, index.length], [4, at], [2, 0])]);
}
