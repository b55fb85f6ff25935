// Proves that the targets find mistakes: each of these is made in a copy of the step, and the
// target has to fail with the seeds, or soon after. The copy and what is built of it are in OUT.
//   node mutations.mjs [TEXT]    only those whose description contains TEXT

import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { encodeAll } from './seeds.mjs';

const { OUT, STEP_DIR } = process.env;
const copy = path.join(OUT, 'step');
const only = process.argv[2] ?? '';

// Target, file, the text that is replaced, and its replacement.
const mutations = [
  [
    'virtio', 'guest_memory.hpp',
    'if (!range_.contains(address, length)) {',
    'if (!range_.contains(address, 0)) {',
  ],
  [
    'virtio', 'guest_memory.hpp',
    'if (!range_.contains(address, length)) {',
    'if (!range_.contains(address, 1)) {',
  ],
  ['virtio', 'address.hpp', 'offset <= size && length <= size - offset', 'offset + length <= size'],
  ['virtio', 'address.hpp', 'length <= size - offset', 'length <= size - offset + 1'],
  ['virtio', 'virtqueue.cpp', 'waiting == 0 || waiting > size_', 'waiting == 0'],
  ['virtio', 'virtqueue.cpp', 'chain.count < size_ && index < size_', 'index < size_'],
  ['virtio', 'virtqueue.cpp', 'chain.count < size_ && index < size_', 'chain.count < size_'],
  ['virtio', 'virtqueue.cpp', 'while (chain.count < size_', 'while (chain.count <= size_'],
  ['virtio', 'virtqueue.cpp', ' || (behind_writable && !writable)', ''],
  ['virtio', 'virtqueue.cpp', ' || (flags & VIRTQ_DESC_F_INDIRECT)', ''],
  ['virtio', 'virtqueue.cpp', 'used_size * (completed_ % size_)', 'used_size * completed_'],
  ['virtio', 'virtqueue.cpp', 'available_size * (taken_ % size_)', 'available_size * taken_'],
  ['virtio', 'virtqueue.cpp', '            ++taken_;\n', ''],
  ['virtio', 'virtqueue.cpp', 'store(++completed_,', 'store(completed_ += 2,'],
  ['virtio', 'virtqueue.cpp', ' && size <= max_queue_size &&', ' &&'],
  ['virtio', 'virtqueue.cpp', 'ready_ = std::has_single_bit(size) &&', 'ready_ ='],
  ['virtio', 'virtqueue.cpp', 'ring_entries + used_size * size)', 'used_size * size)'],
  ['virtio', 'virtqueue.cpp', 'descriptors, 16, descriptor', 'descriptors, 1, descriptor'],
  [
    'virtio', 'virtqueue.cpp',
    'VIRTQ_AVAIL_F_NO_INTERRUPT) == 0',
    'VIRTQ_AVAIL_F_NO_INTERRUPT) != 2',
  ],
  ['virtio', 'virtqueue.cpp', 'std::min(buffer.size() - start, length)', 'buffer.size() - start'],
  ['virtio', 'virtqueue.cpp', 'start -= std::min(start, buffer.size());', 'start = 0;'],
  ['virtio', 'virtio_blk.cpp', ' || first > capacity ||', ' ||'],
  ['virtio', 'virtio_blk.cpp', ' || size / sector_size > capacity - first', ''],
  [
    'virtio', 'virtio_blk.cpp',
    'first > capacity || size / sector_size > capacity - first',
    'first * sector_size + size > disk_.size()',
  ],
  ['virtio', 'virtio_blk.cpp', 'data && !read_only_) {', 'data) {'],
  ['virtio', 'virtio_blk.cpp', 'size % sector_size != 0 || ', ''],
  ['virtio', 'virtio_blk.cpp', ' || chain.writable == 0', ''],
  ['virtio', 'virtio_blk.cpp', 'chain.readable < sizeof header || ', ''],
  ['virtio', 'virtio_blk.cpp', '(written == last ? 1 : 0)', '1'],
  [
    'virtio', 'virtio_blk.cpp',
    'return {VIRTIO_BLK_S_OK, sizeof identity};',
    'return {VIRTIO_BLK_S_OK, room};',
  ],
  ['virtio', 'virtio_blk.cpp', 'room < sizeof identity', 'room < sizeof identity - 1'],
  ['virtio', 'virtio_blk.cpp', 'chain.readable + last', 'chain.readable'],
  ['virtio', 'virtio_blk.cpp', 'chain.read(sizeof header, *data)', 'chain.read(0, *data)'],
  [
    'virtio', 'virtio_mmio.cpp',
    '(status_ & (DRIVER_OK | DEVICE_NEEDS_RESET)) == DRIVER_OK',
    '(status_ & DRIVER_OK)',
  ],
  ['virtio', 'virtio_mmio.cpp', 'line_.set(interrupt_status_ != 0);', 'line_.set(false);'],
  [
    'virtio', 'virtio_mmio.cpp',
    'queue == 0 ? written_[QueueReady] : 0',
    'queue == 0 && queue_.ready()',
  ],
  ['virtio', 'virtio_mmio.cpp', '(written_[QueueSel] != 0 && of_queue)', 'false'],
  ['virtio', 'virtio_mmio.cpp', '!ready || queue_.ready() ||', '!ready ||'],
  ['virtio', 'virtio_mmio.cpp', '        written_ = {};\n', ''],
  ['virtio', 'virtio_mmio.cpp', 'return need_reset();', 'return;'],
  [
    'virtio', 'virtio_mmio.cpp',
    'if (queue_.complete(chain_, *written)) {',
    'queue_.complete(chain_, *written);\n        {',
  ],
  [
    'virtio', 'virtio_mmio.cpp',
    'status_ & DRIVER_OK ? configuration_change : 0',
    'configuration_change',
  ],
  [
    'virtio', 'virtio_mmio.cpp',
    'index < 2 ? kind_.configuration[index] : 0;',
    'kind_.configuration.data()[index];',
  ],
  ['virtio', 'virtio_mmio.cpp', 'half < 2 ? static_cast', 'half < 3 ? static_cast'],
  ['virtio', 'virtio_mmio.cpp', 'status_ |= value & ~DEVICE_NEEDS_RESET;', 'status_ = value;'],
  ['decode', 'decode.cpp', 'funct3 != 7', 'true'],
  ['decode', 'decode.cpp', 'opcode_store && !is_unsigned', 'opcode_store'],
  [
    'decode', 'decode.cpp',
    '!is_unsigned, bits(instruction, 11, 7)',
    'true, bits(instruction, 11, 7)',
  ],
  ['decode', 'decode.cpp', 'store ? bits(instruction, 6, 2)', 'store ? bits(instruction, 5, 2)'],
  [
    'decode', 'decode.cpp',
    'reg = 8 + bits(instruction, 4, 2)',
    'reg = 8 + bits(instruction, 9, 7)',
  ],
  ['decode', 'decode.cpp', 'quadrant == 1 || ', ''],
  ['decode', 'decode.cpp', 'instruction & 2 ? 4 : 2', 'instruction & 2 ? 2 : 4'],
  ['decode', 'decode.cpp', 'base != 0 || ', ''],
  ['decode', 'decode.cpp', ' || (instruction & 1) == 0', ''],
  ['decode', 'decode.cpp', ', sp = 2;', ', sp = 8;'],
  ['decode', 'decode.cpp', 'offset = bits(instruction, 22, 20)', 'offset = bits(instruction, 21, 20)'],
  ['decode', 'decode.cpp', 'offset = bits(instruction, 9, 7)', 'offset = bits(instruction, 22, 20)'],
  ['decode', 'decode.hpp', 'return sign_extend ?', 'return !sign_extend ?'],
  [
    'plic_uart', 'plic.cpp',
    'source < priority_.size()) {\n        return',
    'source <= priority_.size()) {\n        return',
  ],
  ['plic_uart', 'plic.cpp', 'word < priority_.size()', 'word <= priority_.size()'],
  ['plic_uart', 'plic.cpp', '~(enabled_ & 1u << word)', '~(1u << word)'],
  ['plic_uart', 'plic.cpp', 'priority_[source] > floor', 'priority_[source] >= floor'],
  ['plic_uart', 'plic.cpp', 'word & ~1u', 'word'],
  ['plic_uart', 'plic.cpp', 'best(0); // a', 'best(threshold_); // a'],
  [
    'plic_uart', 'plic.cpp',
    'priority_[source] = word & priority_mask',
    'priority_[source] = word',
  ],
  [
    'plic_uart', 'uart.cpp',
    '    if (width != 1 || offset > SCR) {\n        return std::nullopt',
    '    if (width != 1) {\n        return std::nullopt',
  ],
  [
    'plic_uart', 'uart.cpp',
    '        console::put(static_cast<char>(byte));\n    }\n    update();',
    '        console::put(static_cast<char>(byte));\n    }',
  ],
  ['plic_uart', 'uart.cpp', 'offset < 2 ?', 'offset <= 2 ?'],
  ['plic_uart', 'uart.cpp', 'return IIR_received;', 'return IIR_none;'],
  [
    'plic_uart', 'uart.cpp',
    '        transmitted_ &= value != IIR_transmitter_empty; // to read it is to acknowledge it\n',
    '',
  ],
  ['plic_uart', 'uart.cpp', 'FCR_enable ? IIR_fifo : 0', 'FCR_enable ? 0x80 : 0'],
  ['plic_uart', 'uart.cpp', 'in_loop() ? looped_.has_value() : console', 'console'],
  [
    'plic_uart', 'uart.cpp',
    'in_loop() ? looped_.has_value() :',
    'looped_.has_value() ? true :',
  ],
  ['plic_uart', 'uart.cpp', 'in_loop() ? looped_.value_or(0) :', ''],
  ['plic_uart', 'uart.cpp', '        looped_.reset();\n', ''],
  ['plic_uart', 'uart.cpp', '        looped_ = byte;\n', ''],
  ['plic_uart', 'uart.cpp', '    if (index != THR) {', '    if (true) {'],
  ['plic_uart', 'uart.cpp', '(outputs & 12) << 4', '(outputs & 4) << 4'],
  ['plic_uart', 'uart.cpp', 'in_loop() ? loop_back', 'false ? loop_back'],
  ['plic_uart', 'bus.hpp', 'contains(address, width)', 'contains(address, 0)'],
  ['sbi', 'sbi.cpp', 'if (id <= last_legacy) {', 'if (id <= 8) {'],
  ['sbi', 'sbi.cpp', 'if (id <= last_legacy) {', 'if (false) {'],
  ['sbi', 'sbi.cpp', 'reply.error == SbiError::success ? reply.value : error', 'reply.value'],
  ['sbi', 'sbi.cpp', 'reply.error == SbiError::success ? reply.value : error', 'error'],
  ['sbi', 'sbi.cpp', '!bytes || call.argument(2) != 0', '!bytes'],
  ['sbi', 'sbi.cpp', 'bytes->first(std::min(bytes->size(), most_bytes))', '*bytes'],
  ['sbi', 'sbi.cpp', 'function < std::size(answers)', 'function <= std::size(answers)'],
  ['sbi', 'sbi.cpp', 'type > warm_reboot || reason', 'reason'],
  [
    'sbi', 'sbi.cpp',
    'const std::uint64_t id = vcpu.x[a7];',
    'const auto id = static_cast<std::uint32_t>(vcpu.x[a7]);',
  ],
  ['sbi', 'sbi.cpp', 'function() > remote_sfence_vma_asid', 'function() > 3'],
  ['sbi', 'sbi.cpp', 'mask == 1 && base == guest_map::hart', 'mask & 1 && base == guest_map::hart'],
  ['sbi', 'sbi.cpp', 'typed ? static_cast<unsigned char>(*typed)', 'typed ? *typed'],
  ['stage2', 'stage2.cpp', 'address.value >> 30 & 2047', 'address.value >> 30 & 511'],
  ['stage2', 'stage2.cpp', '            memory::free(to_target(entry), 1);\n', ''],
  [
    'stage2', 'stage2.cpp',
    'leaf_bits = V | R | W | X | U | A | D',
    'leaf_bits = V | R | W | X | A | D',
  ],
  [
    'stage2', 'stage2.cpp',
    'leaf_bits = V | R | W | X | U | A | D',
    'leaf_bits = V | R | W | X | U | D',
  ],
  ['stage2', 'stage2.cpp', 'memory::allocate(1), V);', 'memory::allocate(1), V | A);'],
  ['stage2', 'stage2.cpp', '8ull << 60', '9ull << 60'],
  ['stage2', 'stage2.cpp', 'address.value >> 21 & 511', 'address.value >> 21 & 255'],
  [
    'stage2', 'stage2.cpp',
    '(memory::pool_pages() - root_pages) * GiB',
    'memory::pool_pages() * GiB',
  ],
  [
    'stage2', 'stage2.cpp',
    'if ((entry & V) == 0) {\n            entry',
    'if (true) {\n            entry',
  ],
  ['stage2', 'stage2.cpp', 'page < guest.end();', 'page <= guest.end();'],
  ['stage2', 'stage2.cpp', 'host + (page - guest.start)', 'host'],
  ['stage2', 'memory.cpp', 'first + count <= pool_pages()', 'first + count <= pool_pages() + 1'],
  ['stage2', 'memory.cpp', 'std::fill_n(pages, count * page_size', 'std::fill_n(pages, count'],
  ['stage2', 'memory.cpp', 'first += count', 'first += 1'],
];

const environment = {
  ...process.env,
  ASAN_OPTIONS: 'quarantine_size_mb=8',
  LLVM_PROFILE_FILE: '/dev/null',
};
const reasons =
  /does not hold: .*|runtime error: .*|AddressSanitizer: \S+|Assertion .*|terminate called|timeout/;

/** How many inputs the target takes until it fails; nothing if it does not. */
function fuzz(target, args) {
  const run = spawnSync(path.join(OUT, target),
    ['-print_final_stats=1', '-timeout=10', '-max_len=256', '-len_control=20', '-seed=1', ...args],
    { cwd: OUT, env: environment, encoding: 'utf8', maxBuffer: 256 << 20 });
  const executed = Number(run.stderr.match(/number_of_executed_units: (\d+)/)?.[1] ?? 0);
  const running = run.stderr.match(/^Running: .*$/gm)?.pop().replace(/.*\//, '');
  const why = run.stderr.match(reasons)?.[0];
  return run.status === 0 ? undefined : { executed, running, why };
}

fs.rmSync(copy, { recursive: true, force: true });
fs.cpSync(STEP_DIR, copy, { recursive: true });
const make = (target) =>
  execFileSync(
    'make',
    ['build', `STEP_DIR=${copy}`, `OUT=${OUT}`, `TARGETS=${target}`, 'WARNINGS='],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );

const most = 50_000; // half of what the short run does
let missed = 0;
for (const [target, file, from, to] of mutations) {
  const name = `${target} ${file}: ${from} -> ${to || '(nothing)'}`.replace(/\s+/g, ' ');
  if (!name.includes(only)) {
    continue;
  }
  const place = path.join(copy, file);
  const good = fs.readFileSync(place, 'utf8');
  if (good.split(from).length !== 2) {
    console.log(`STALE    ${name}`);
    missed += 1;
    continue;
  }
  fs.writeFileSync(place, good.replace(from, () => to));
  try {
    make(target);
    const seeds = encodeAll('seeds', target, path.join(OUT, 'seeds', target));
    const known = fuzz(target, seeds);
    const corpus = path.join(OUT, 'corpus');
    fs.rmSync(corpus, { recursive: true, force: true });
    fs.mkdirSync(corpus);
    const fromSeeds = [`-runs=${most}`, corpus, path.join(OUT, 'seeds', target)];
    const found = known ?? fuzz(target, fromSeeds);
    missed += found ? 0 : 1;
    console.log(`${found ? 'found ' : 'MISSED'}   ${name}`);
    if (found) {
      const how = known ? `by seed ${known.running}` : `after ${found.executed} inputs`;
      console.log(`         ${how}: ${found.why}`);
    }
  } catch (error) {
    missed += 1;
    console.log(`BROKEN   ${name}\n${error.stderr ?? error}`);
  } finally {
    fs.writeFileSync(place, good);
  }
}
console.log(`${missed} mutations were not found`);
process.exitCode = missed === 0 ? 0 : 1;
