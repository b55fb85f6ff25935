// Archives in the format of ustar (POSIX.1-2017, pax, "ustar Interchange Format"): plain files with
// short names, which is all that a submission has.

const block = 512;
const padded = (buffer) => Buffer.concat([buffer,
  Buffer.alloc((block - buffer.length % block) % block)]);

/** The header of a file. Owner and time are the same for everybody. */
function headerOf(name, size) {
  const header = Buffer.alloc(block);
  const put = (text, at) => header.write(text, at, 'latin1');
  const octal = (value, digits) => value.toString(8).padStart(digits, '0');
  put(name, 0);
  put('0000644\0', 100);
  put('0000000\0', 108);
  put('0000000\0', 116);
  put(`${octal(size, 11)}\0`, 124);
  put('00000000000\0', 136);
  put('        ', 148); // the sum is made over blanks in its own place
  put('0', 156);
  put('ustar\0' + '00', 257);
  put(`${octal(header.reduce((sum, byte) => sum + byte, 0), 6)}\0 `, 148);
  return header;
}

/** @param {Map<string, Buffer>} files names of at most 100 bytes */
export function pack(files) {
  const parts = [...files].flatMap(([name, content]) =>
    [headerOf(name, content.length), padded(content)]);
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}
