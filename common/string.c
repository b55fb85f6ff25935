// The string functions that a freestanding program has to bring along (C11 7.24): the compiler
// calls four of them by itself, libfdt the others. Compiled with -fno-builtin, so that no loop
// here becomes a call of the function that it is in.

#include <stddef.h>
#include <stdint.h>

/// Eight words: as many as a loop can load before it stores, to spend few instructions a byte.
struct block {
    uint64_t words[8];
};

static int aligned_alike(const void* a, const void* b) {
    return (((uintptr_t)a ^ (uintptr_t)b) & 7) == 0;
}

void* memcpy(void* restrict target, const void* restrict source, size_t count) {
    unsigned char* to = target;
    const unsigned char* from = source;
    if (aligned_alike(to, from)) {
        for (; count > 0 && ((uintptr_t)to & 7) != 0; --count)
            *to++ = *from++;
#pragma clang loop unroll_count(8) // a sector of a disk at a time
        for (; count >= sizeof(struct block); count -= sizeof(struct block)) {
            *(struct block*)to = *(const struct block*)from;
            to += sizeof(struct block);
            from += sizeof(struct block);
        }
        for (; count >= 8; count -= 8, to += 8, from += 8)
            *(uint64_t*)to = *(const uint64_t*)from;
    }
    for (; count > 0; --count)
        *to++ = *from++;
    return target;
}

void* memmove(void* target, const void* source, size_t count) {
    unsigned char* to = target;
    const unsigned char* from = source;
    if ((uintptr_t)to - (uintptr_t)from >= count && (uintptr_t)from - (uintptr_t)to >= count)
        return memcpy(target, source, count); // they do not overlap
    if (to < from) {
        for (size_t at = 0; at < count; ++at)
            to[at] = from[at];
    } else {
        for (; count > 0 && ((uintptr_t)(to + count) & 3) != 0; --count)
            to[count - 1] = from[count - 1];
        if ((((uintptr_t)to ^ (uintptr_t)from) & 3) == 0) // libfdt moves by multiples of four
            for (; count >= 4; count -= 4)
                *(uint32_t*)(to + count - 4) = *(const uint32_t*)(from + count - 4);
        while (count-- > 0)
            to[count] = from[count];
    }
    return target;
}

void* memset(void* target, int byte, size_t count) {
    unsigned char* to = target;
    const uint64_t word = (unsigned char)byte * 0x0101010101010101u;
    for (; count > 0 && ((uintptr_t)to & 7) != 0; --count)
        *to++ = (unsigned char)byte;
    for (; count >= 8; count -= 8, to += 8)
        *(uint64_t*)to = word;
    for (; count > 0; --count)
        *to++ = (unsigned char)byte;
    return target;
}

int memcmp(const void* left, const void* right, size_t count) {
    const unsigned char *a = left, *b = right;
    for (; count > 0; --count, ++a, ++b)
        if (*a != *b)
            return *a - *b;
    return 0;
}

void* memchr(const void* memory, int byte, size_t count) {
    for (const unsigned char* at = memory; count > 0; --count, ++at)
        if (*at == (unsigned char)byte)
            return (void*)at;
    return NULL;
}

size_t strlen(const char* text) {
    size_t length = 0;
    while (text[length] != 0)
        ++length;
    return length;
}

size_t strnlen(const char* text, size_t most) {
    size_t length = 0;
    while (length < most && text[length] != 0)
        ++length;
    return length;
}

char* strchr(const char* text, int byte) {
    return memchr(text, byte, strlen(text) + 1);
}

char* strrchr(const char* text, int byte) {
    for (size_t at = strlen(text) + 1; at-- > 0;)
        if (text[at] == (char)byte)
            return (char*)text + at;
    return NULL;
}

/// What C++ calls in the place of a pure virtual function, while the object is still being made.
void __cxa_pure_virtual(void) {
    __builtin_trap();
}
