/// @file
/// Random requests to the disk, several at a time.
#pragma once

#include "random.hpp"
#include "workload.hpp"

/// Random requests of 512 bytes to 64 KiB, as many reads as writes, of which a number waits at any
/// time (by the kernel's asynchronous I/O, its include/uapi/linux/aio_abi.h).
class RandomRequests {
public:
    RandomRequests(long disk, long depth) : disk_(disk), depth_(depth) {
        require(call(SYS_io_setup, depth, pointer(&context_)) == 0);
    }

    void operator()() {
        constexpr long count = 512;
        long submitted = 0;
        while (submitted < depth_) {
            submit(submitted++);
        }
        for (long done = 0; done < count;) {
            Event events[most_depth];
            const long ended = call(SYS_io_getevents, context_, 1, depth_, pointer(events), 0);
            require(ended > 0);
            for (long index = 0; index < ended; ++index, ++done) {
                const long slot = events[index].slot;
                require(events[index].result == requests[slot].size);
                if (submitted < count) {
                    submit(slot);
                    ++submitted;
                }
            }
        }
    }

private:
    static constexpr long most_depth = 16, largest = 64 * KiB;
    enum Operation : std::uint16_t {
        IOCB_CMD_PREAD,
        IOCB_CMD_PWRITE
    };
    struct Request { // struct iocb
        long slot;
        int key, flags;
        Operation operation;
        short priority;
        int file;
        char* data;
        long size, offset, more[2];
    };
    struct Event { // struct io_event
        long slot;
        Request* request;
        long result, result2;
    };
    static_assert(sizeof(Request) == 64 && sizeof(Event) == 32);

    void submit(long slot) {
        Request& request = requests[slot];
        request = {};
        request.slot = slot;
        request.operation = below(2) == 0 ? IOCB_CMD_PREAD : IOCB_CMD_PWRITE;
        request.file = static_cast<int>(disk_);
        request.data = data[slot];
        request.size = 512 << below(8);
        request.offset = below(disk_size / request.size) * request.size;
        const Request* const list[] = {&request};
        require(call(SYS_io_submit, context_, 1, pointer(list)) == 1);
    }

    long below(long limit) {
        return static_cast<long>(random_.below(static_cast<std::uint64_t>(limit)));
    }

    static inline Request requests[most_depth];
    alignas(page) static inline char data[most_depth][largest];

    long disk_, depth_;
    long context_ = 0;
    Random random_{1};
};
