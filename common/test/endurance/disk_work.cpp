// An init that works on the ext4 of /dev/vda at random for a time, and checks every byte that comes
// back. Its arguments (what stands behind "--" in the kernel's command line) are a seed, the
// seconds, and in how many rounds. Three workers at once create, overwrite, append to, truncate,
// rename, delete and read files; after each round the disk is unmounted and mounted again, and all
// of it is read. At the end it writes a list of all files to the disk and unmounts it. No C
// library.
//
// What each file must hold is known without the disk: there is a checksum in memory for each of its
// blocks of 4 KiB, the last one filled up with zeros. Before a part of a block is overwritten the
// rest of it is read and checked.

#include "random.hpp"
#include "system.hpp"

namespace {

using std::size_t, std::uint32_t, std::uint64_t;

constexpr uint64_t KiB = 1024, MiB = 1024 * KiB;
constexpr uint64_t block_size = 4 * KiB, sector_size = 512;
constexpr uint64_t largest_file = 16 * MiB, largest_call = 4 * MiB;
constexpr unsigned workers = 3, directories = 8, most_files = 160;
/// The most that the files of one worker hold: together half of the disk.
constexpr uint64_t most_data = 42 * MiB;

long number(uint64_t value) {
    return static_cast<long>(value);
}

/// A text that is put together from pieces.
class Text {
public:
    template <class... Pieces>
    explicit Text(Pieces... pieces) {
        (append(pieces), ...);
    }

    const char* get() const {
        return text_;
    }
    size_t size() const {
        return size_;
    }

private:
    void append(char character) {
        if (size_ < sizeof text_ - 1) {
            text_[size_++] = character;
            text_[size_] = '\0';
        }
    }
    void append(const char* text) {
        for (; *text != '\0'; ++text) {
            append(*text);
        }
    }
    void append(uint64_t value) {
        if (value >= 10) {
            append(value / 10);
        }
        append(static_cast<char>('0' + value % 10));
    }
    void append(unsigned value) {
        append(uint64_t{value});
    }

    char text_[256] = {};
    size_t size_ = 0;
};

/// Prints a line in one piece, as there are other workers.
template <class... Pieces>
void say(Pieces... pieces) {
    const Text line{"endurance: ", pieces..., "\n"};
    call(SYS_write, 1, pointer(line.get()), number(line.size()));
}

/// Ends a worker, or the machine.
[[noreturn]] void leave(long status) {
    if (call(SYS_getpid) == 1) {
        end_machine(power_off);
    }
    call(SYS_exit_group, status);
    for (;;) {
    }
}

template <class... Pieces>
[[noreturn]] void fail(Pieces... why) {
    say("FAILED: ", why...);
    leave(1);
}

/// `result` of a system call, which must have gone well.
long good(long result, const char* what, const char* path) {
    if (result < 0) {
        fail(what, " ", path, ": error ", static_cast<uint64_t>(-result));
    }
    return result;
}

long open(const char* path, long flags) {
    return good(call(SYS_openat, AT_FDCWD, pointer(path), flags, 0644), "open", path);
}

void close(long file) {
    good(call(SYS_close, file), "close", "");
}

/// The machine's seconds.
uint64_t seconds() {
    struct {
        long seconds, nanoseconds;
    } now{};
    call(SYS_clock_gettime, CLOCK_MONOTONIC, pointer(&now));
    return static_cast<uint64_t>(now.seconds);
}

/// A checksum of 32-bit words: no difference in one word goes unseen, any other one in 2^32 does.
/// The test has the same in JavaScript.
uint32_t checksum(const void* data, size_t size, uint32_t start = 0x811c9dc5) {
    const auto* words = static_cast<const uint32_t*>(data);
    for (size_t index = 0; index < size / sizeof *words; ++index) {
        const uint32_t mixed = start ^ words[index];
        start = (mixed << 13 | mixed >> 19) * 0x9e3779b1;
    }
    return start;
}

/// What goes to the disk and comes from it: blocks of a file.
alignas(block_size) unsigned char buffer[largest_call + block_size];
alignas(block_size) unsigned char one_block[block_size];
alignas(block_size) const unsigned char zero_block[block_size] = {};

struct File {
    bool present;
    unsigned directory;
    unsigned name;
    uint64_t size;

    uint64_t blocks() const {
        return (size + block_size - 1) / block_size;
    }
};

void write_setting(const char* path, const char* value, size_t size) {
    const long file = open(path, O_WRONLY);
    good(call(SYS_write, file, pointer(value), number(size)), "write", path);
    close(file);
}

/// What is in the page cache must come from the disk again.
void drop_caches(const char* how = "3") {
    write_setting("/proc/sys/vm/drop_caches", how, 1);
}

class Worker {
public:
    void start(unsigned index, uint64_t seed) {
        index_ = index;
        random_ = {seed * workers + index};
        make_directory(Text{"/disk/", index});
        for (unsigned directory = 0; directory < directories; ++directory) {
            make_directory(Text{"/disk/", index, "/", directory});
        }
    }

    void work(uint64_t end) {
        uint64_t next_sign = 0;
        for (uint64_t now; (now = seconds()) < end;) {
            if (index_ == 0 && now >= next_sign) { // of life, for the test that waits
                say("second ", now);
                next_sign = now + 10;
            }
            step();
            ++operations_;
        }
    }

    /// Reads all files.
    void check_all() {
        for (File& file : files_) {
            if (file.present) {
                read_whole(file);
            }
        }
    }

    /// A line for each file: checksum, size, path.
    void list(long output) {
        for (const File& file : files_) {
            if (file.present) {
                const Text line{checksum(sums(file), file.blocks() * sizeof(uint32_t)),
                                " ",
                                file.size,
                                " ",
                                path(file).get() + sizeof "/disk/" - 1,
                                "\n"};
                good(call(SYS_write, output, pointer(line.get()), number(line.size())), "write",
                     "manifest");
            }
        }
    }

    void count(uint64_t& files, uint64_t& written, uint64_t& read, uint64_t& operations) const {
        for (const File& file : files_) {
            files += file.present;
        }
        written += written_;
        read += read_;
        operations += operations_;
    }

private:
    static void make_directory(const Text& path) {
        good(call(SYS_mkdirat, AT_FDCWD, pointer(path.get()), 0755), "mkdir", path.get());
    }

    Text path(const File& file) const {
        return Text{"/disk/", index_, "/", file.directory, "/file", file.name};
    }

    /// The checksums of the file's blocks.
    uint32_t* sums(const File& file) {
        return sums_[&file - files_];
    }

    /// A file that is there, or nothing if the first one that is tried is not.
    File* any() {
        File& file = files_[random_.below(most_files)];
        return file.present ? &file : nullptr;
    }

    /// One operation.
    void step() {
        File& file = files_[random_.below(most_files)];
        if (!file.present) {
            create(file);
            return;
        }
        switch (random_.below(16)) {
        case 0:
            remove(file);
            break;
        case 1:
            truncate(file);
            break;
        case 2:
            rename(file);
            break;
        case 3:
        case 4:
            write(file, file.size, random_.size(256 * KiB));
            break;
        case 5:
        case 6:
        case 7:
        case 8:
            write(file, random_.below(file.size + 1), random_.size(256 * KiB));
            break;
        case 9:
            many_small(file);
            break;
        case 10:
            if (random_.one_in(4)) {
                large(file);
            }
            break;
        case 11:
            if (random_.one_in(8)) {
                call(SYS_sync);
            }
            break;
        default:
            read_whole(file);
        }
    }

    void create(File& file) {
        file = {true, static_cast<unsigned>(random_.below(directories)), ++names_, 0};
        close(open(path(file).get(), O_WRONLY | O_CREAT | O_TRUNC));
        write(file, 0, random_.size(1 * MiB));
    }

    void remove(File& file) {
        const Text name = path(file);
        good(call(SYS_unlinkat, AT_FDCWD, pointer(name.get()), 0), "unlink", name.get());
        data_ -= file.size;
        file.present = false;
    }

    /// A new name, in the same directory or another, which sometimes is that of another file.
    void rename(File& file) {
        const Text before = path(file);
        File* const replaced = random_.one_in(4) ? any() : nullptr;
        if (replaced == &file) {
            return;
        }
        file.directory = static_cast<unsigned>(random_.below(directories));
        file.name = ++names_;
        if (replaced != nullptr) {
            file.directory = replaced->directory;
            file.name = replaced->name;
            data_ -= replaced->size;
            replaced->present = false;
        }
        const Text after = path(file);
        good(
            call(SYS_renameat2, AT_FDCWD, pointer(before.get()), AT_FDCWD, pointer(after.get()), 0),
            "rename", before.get());
    }

    /// Makes the file shorter, or longer with nothing in it.
    void truncate(File& file) {
        const Text name = path(file);
        const uint64_t size =
            random_.one_in(3) ? file.size + random_.size(256 * KiB) : random_.below(file.size + 1);
        if (size > largest_file || !make_room(file, size)) {
            return;
        }
        if (size < file.size && size % block_size != 0) {
            const long descriptor = open(name.get(), O_RDONLY);
            load_block(descriptor, file, size / block_size);
            close(descriptor);
            for (uint64_t index = size % block_size; index < block_size; ++index) {
                one_block[index] = 0;
            }
            sums(file)[size / block_size] = checksum(one_block, block_size);
        }
        good(call(SYS_truncate, pointer(name.get()), number(size)), "truncate", name.get());
        clear_sums(file, (size + block_size - 1) / block_size);
        set_size(file, size);
    }

    /// Small pieces one after the other, each of which must reach the disk.
    void many_small(File& file) {
        for (uint64_t left = 1 + random_.below(16); left > 0; --left) {
            write(file, random_.below(file.size + 1), random_.size(2 * KiB), O_DSYNC);
        }
        if (file.size > 0) {
            read_range(file, random_.below(file.size) / block_size, 1, O_DIRECT);
        }
    }

    /// Much in one go, written and read.
    void large(File& file) {
        const long how = random_.one_in(2) ? O_DIRECT : 0;
        write(file, 0, 2 * MiB + random_.below(largest_file - 2 * MiB), how);
        read_whole(file);
    }

    /// Deletes others until the file may have `size` bytes. False when that does not help.
    bool make_room(const File& file, uint64_t size) {
        const uint64_t growth = size > file.size ? size - file.size : 0;
        for (unsigned tries = 0; data_ + growth > most_data && tries < 4 * most_files; ++tries) {
            if (File* const other = any(); other != nullptr && other != &file) {
                remove(*other);
            }
        }
        return data_ + growth <= most_data;
    }

    /// The blocks up to `end` that are behind the file's end are zeros, until they are written.
    void clear_sums(File& file, uint64_t end) {
        for (uint64_t block = file.blocks(); block < end; ++block) {
            sums(file)[block] = checksum(zero_block, block_size);
        }
    }

    void set_size(File& file, uint64_t size) {
        data_ += size - file.size;
        file.size = size;
    }

    void compare(const File& file, uint64_t block, const void* data, const char* how) {
        const uint32_t found = checksum(data, block_size);
        const uint32_t expected = sums(file)[block];
        if (found != expected) {
            fail("DIFFERENT: ", path(file).get(), " of ", file.size, " bytes, from ",
                 block * block_size, " on, read ", how, ": checksum ", found, " and not ",
                 expected);
        }
    }

    /// Fetches `block` of the file as it is now.
    void load_block(long descriptor, const File& file, uint64_t block) {
        const uint64_t start = block * block_size;
        const uint64_t there = start < file.size ? file.size - start : 0;
        const uint64_t wanted = there < block_size ? there : block_size;
        if (wanted > 0) {
            const long count =
                call(SYS_pread64, descriptor, pointer(one_block), block_size, number(start));
            if (count != number(wanted)) {
                fail("pread of a block of ", path(file).get(), " gave ",
                     static_cast<uint64_t>(count), " and not ", wanted);
            }
            read_ += wanted;
        }
        for (uint64_t index = wanted; index < block_size; ++index) {
            one_block[index] = 0;
        }
        if (wanted > 0) {
            compare(file, block, one_block, "before a part of it is overwritten");
        }
    }

    /// Writes something new: `size` bytes from `offset` on.
    void write(File& file, uint64_t offset, uint64_t size, long how = -1) {
        if (how < 0) {
            how = random_.one_in(4) ? O_DIRECT : random_.one_in(8) ? O_DSYNC : 0;
        }
        const uint64_t grain = (how & O_DIRECT) ? sector_size : 1;
        offset -= offset % grain;
        size = (size + grain - 1) / grain * grain;
        if (offset + size > largest_file || !make_room(file, offset + size)) {
            return;
        }
        const Text name = path(file);
        const long descriptor = open(name.get(), O_RDWR | how);
        const bool at_once = random_.one_in(2);
        for (uint64_t piece; size > 0; offset += piece, size -= piece) {
            const uint64_t most = size < largest_call ? size : largest_call;
            piece = at_once ? most : (random_.size(most) + grain - 1) / grain * grain;
            write_piece(descriptor, file, offset, piece);
        }
        if (random_.one_in(4)) {
            const long sync = random_.one_in(2) ? SYS_fsync : SYS_fdatasync;
            good(call(sync, descriptor), "fsync", name.get());
        }
        close(descriptor);
    }

    void write_piece(long descriptor, File& file, uint64_t offset, uint64_t size) {
        // The data stands in the buffer so that the file's blocks begin where the buffer's do.
        const unsigned char* const data = buffer + offset % block_size;
        fill(offset % block_size + size);
        clear_sums(file, offset / block_size);
        update_sums(descriptor, file, offset, size);
        for (uint64_t done = 0; done < size;) {
            const long count = good(call(SYS_pwrite64, descriptor, pointer(data + done),
                                         number(size - done), number(offset + done)),
                                    "pwrite", path(file).get());
            done += static_cast<uint64_t>(count);
        }
        written_ += size;
        if (offset + size > file.size) {
            set_size(file, offset + size);
        }
    }

    /// Notes what the blocks will hold when the buffer has been written over them.
    void update_sums(long descriptor, File& file, uint64_t offset, uint64_t size) {
        const uint64_t first = offset / block_size;
        for (uint64_t block = first; block * block_size < offset + size; ++block) {
            const uint64_t start = block * block_size;
            const uint64_t from = offset > start ? offset - start : 0;
            const uint64_t rest = offset + size - start;
            const uint64_t to = rest < block_size ? rest : block_size;
            const unsigned char* data = buffer + (block - first) * block_size;
            if (to - from < block_size) {
                load_block(descriptor, file, block);
                for (uint64_t index = from; index < to; ++index) {
                    one_block[index] = data[index];
                }
                data = one_block;
            }
            sums(file)[block] = checksum(data, block_size);
        }
    }

    void fill(uint64_t size) {
        auto* const words = reinterpret_cast<uint64_t*>(buffer);
        for (uint64_t index = 0; index * sizeof *words < size; ++index) {
            words[index] = random_.next();
        }
    }

    void read_whole(const File& file) {
        const long how = random_.one_in(3) ? O_DIRECT : 0;
        if (how == 0 && random_.one_in(3)) {
            call(SYS_sync);
            drop_caches();
        }
        read_range(file, 0, file.blocks(), how);
    }

    /// Reads and checks `count` blocks, in calls of any size.
    void read_range(const File& file, uint64_t block, uint64_t count, long how) {
        const Text name = path(file);
        const long descriptor = open(name.get(), O_RDONLY | how);
        const uint64_t end = block + count;
        for (uint64_t piece; block < end; block += piece) {
            const uint64_t most = largest_call / block_size;
            piece = end - block < most ? end - block : most;
            read_blocks(descriptor, file, block, piece, (how & O_DIRECT) ? sector_size : 1);
            for (uint64_t index = 0; index < piece; ++index) {
                compare(file, block + index, buffer + index * block_size,
                        (how & O_DIRECT) ? "directly" : "through the cache");
            }
        }
        close(descriptor);
    }

    void read_blocks(long descriptor, const File& file, uint64_t block, uint64_t count,
                     uint64_t grain) {
        const uint64_t start = block * block_size;
        const uint64_t size = count * block_size;
        const uint64_t there = file.size - start < size ? file.size - start : size;
        const bool at_once = random_.one_in(2);
        for (uint64_t done = 0; done < there;) {
            uint64_t piece = at_once ? size - done : random_.size(256 * KiB);
            piece = (piece + grain - 1) / grain * grain;
            piece = piece < size - done ? piece : size - done;
            const uint64_t expected = piece < there - done ? piece : there - done;
            const long result = call(SYS_pread64, descriptor, pointer(buffer + done), number(piece),
                                     number(start + done));
            if (result != number(expected)) {
                fail("pread of ", path(file).get(), " of ", file.size, " bytes from ", start + done,
                     " on gave ", static_cast<uint64_t>(result), " and not ", expected);
            }
            done += expected;
        }
        read_ += there;
        for (uint64_t index = there; index < size; ++index) {
            buffer[index] = 0;
        }
    }

    unsigned index_;
    unsigned names_;
    Random random_;
    uint64_t data_;
    uint64_t written_, read_, operations_;
    File files_[most_files];
    uint32_t sums_[most_files][largest_file / block_size];
};

/// The workers' memory, which all processes share.
Worker* all_workers;

void mount(const char* what, const char* where, const char* type, const char* options = "") {
    call(SYS_mkdirat, AT_FDCWD, pointer(where), 0755);
    good(call(SYS_mount, pointer(what), pointer(where), pointer(type), 0, pointer(options)),
         "mount", where);
}

void unmount_disk() {
    good(call(SYS_umount2, pointer("/disk"), 0), "umount", "/disk");
}

/// The workers work until `end`, each as a process.
void work_until(uint64_t end) {
    for (unsigned index = 0; index < workers; ++index) {
        if (good(call(SYS_clone, SIGCHLD), "clone", "") == 0) {
            all_workers[index].work(end);
            leave(0);
        }
    }
    for (unsigned index = 0; index < workers; ++index) {
        int status = 0;
        good(call(SYS_wait4, -1, pointer(&status)), "wait", "");
        if (status != 0) {
            leave(1);
        }
    }
}

void check_all() {
    for (unsigned index = 0; index < workers; ++index) {
        all_workers[index].check_all();
    }
}

void report(unsigned round, unsigned rounds) {
    uint64_t files = 0, written = 0, read = 0, operations = 0;
    for (unsigned index = 0; index < workers; ++index) {
        all_workers[index].count(files, written, read, operations);
    }
    say("round ", round, " of ", rounds, ", second ", seconds(), ": ", operations, " operations, ",
        written / MiB, " MiB written, ", read / MiB, " MiB read, ", files, " files");
}

void write_manifest() {
    const long manifest = open("/disk/manifest", O_WRONLY | O_CREAT | O_TRUNC);
    for (unsigned index = 0; index < workers; ++index) {
        all_workers[index].list(manifest);
    }
    close(manifest);
}

/// The kernel's counts of the disk's requests (its Documentation/block/stat.rst).
void print_statistics() {
    static char statistics[256] = {};
    const long file = open("/sys/block/vda/stat", O_RDONLY);
    const long count =
        good(call(SYS_read, file, pointer(statistics), sizeof statistics - 1), "read", "stat");
    statistics[count > 0 ? count - 1 : 0] = '\0';
    say("requests ", static_cast<const char*>(statistics));
}

/// The checksum of the disk as it is seen from here, sector by sector.
void print_disk_checksum() {
    drop_caches();
    const long disk = open("/dev/vda", O_RDONLY | O_DIRECT);
    uint32_t sum = checksum(nullptr, 0);
    uint64_t size = 0;
    for (long count; (count = good(call(SYS_read, disk, pointer(buffer), largest_call), "read",
                                   "/dev/vda")) > 0;) {
        sum = checksum(buffer, static_cast<size_t>(count), sum);
        size += static_cast<uint64_t>(count);
    }
    say("the disk's ", size, " bytes have the checksum ", sum);
}

/// Has the kernel clear almost all of its memory, lest a part that is not its own goes unused.
void use_memory() {
    static struct {
        uint64_t uptime, loads[3], total, free, more[10];
    } about;
    good(call(SYS_sysinfo, pointer(&about)), "sysinfo", "");
    const long size = number(about.free - about.free / 16);
    const long start =
        good(call(SYS_mmap, 0, size, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1), "mmap", "");
    for (long page = start; page < start + size; page += block_size) {
        *reinterpret_cast<volatile unsigned char*>(page) = 1;
    }
    good(call(SYS_munmap, start, size), "munmap", "");
}

uint64_t to_number(const char* text) {
    uint64_t value = 0;
    for (; *text >= '0' && *text <= '9'; ++text) {
        value = value * 10 + static_cast<uint64_t>(*text - '0');
    }
    return value;
}

} // namespace

extern "C" [[noreturn]] void run(long* stack) {
    if (stack[0] < 4) {
        fail("a seed, seconds and rounds are needed as arguments");
    }
    const char* const* const arguments = reinterpret_cast<char**>(stack + 1);
    const uint64_t seed = to_number(arguments[1]);
    const uint64_t end = seconds() + to_number(arguments[2]);
    const unsigned rounds = static_cast<unsigned>(to_number(arguments[3]));
    mount("none", "/dev", "devtmpfs");
    mount("none", "/proc", "proc");
    mount("none", "/sys", "sysfs");
    write_setting("/sys/block/vda/queue/max_sectors_kb", "4096", 4); // and not 1280
    drop_caches("4"); // and say nothing of it on the console from now on

    const long memory = good(
        call(SYS_mmap, 0, workers * sizeof(Worker), PROT_READ_WRITE, MAP_SHARED_ANONYMOUS, -1, 0),
        "mmap", "");
    all_workers = reinterpret_cast<Worker*>(memory);

    use_memory();

    // Ways to mount that differ in what is written when.
    constexpr const char* options[] = {"", "data=journal", "data=writeback", "nodelalloc",
                                       "commit=1"};
    for (unsigned round = 1; round <= rounds; ++round) {
        mount("/dev/vda", "/disk", "ext4",
              options[(seed + round) % (sizeof options / sizeof *options)]);
        for (unsigned index = 0; round == 1 && index < workers; ++index) {
            all_workers[index].start(index, seed);
        }
        check_all();
        const uint64_t now = seconds();
        work_until(now < end ? now + (end - now) / (rounds - round + 1) : now);
        if (round == rounds) {
            drop_caches();
            check_all();
            write_manifest();
        }
        unmount_disk();
        report(round, rounds);
    }
    print_statistics();
    print_disk_checksum();
    say("done");
    leave(0);
}
