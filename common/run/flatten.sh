# Makes the flat file of an ELF file: flatten.sh ELF FLAT. Hypervisors start it at its first byte;
# where the program's entry is another, a header of Linux leads there, which lies below the program.
# Zeros are in the file, .bss as well, because a guest that reboots is loaded from it again.
# READS_IMAGE: the hypervisor reads that header, and puts the file where it says.
set -eu
here=$(dirname "$0")
elf=$1 new=$2.$$ # renamed when it is whole: others may make the same, or use what is there
ram=$((0x80000000)) usual=$((0x80200000)) header_size=64

fail() {
    echo "run: $elf: $*" >&2
    exit 1
}
seek() { # lengthens the file with zeros, up to what belongs at the address $1
    dd if=/dev/null of="$new" bs=1 seek=$(($1 - start)) 2> /dev/null
}
lead() { # from `start` to `entry`
    "$CC" --target=riscv64 -march=rv64i -mabi=lp64 -mno-relax -nostdlib -static -fuse-ld=lld \
        -Wl,-Ttext="$(printf '%x' "$start")",--build-id=none,--defsym="entry=$entry" \
        -Wl,--defsym="offset=$((start - ram)),--defsym=size=$((end - start))" \
        "$here/header.S" -o "$new.header" &&
        "$OBJCOPY" -O binary "$new.header" "$new"
}
write() {
    : > "$new"
    [ -z "$header" ] || lead || return
    echo "$segments" | while read -r address offset bytes; do
        [ -n "$address" ] || continue
        seek "$address" && tail -c "+$((offset + 1))" "$elf" | head -c "$bytes" >> "$new" || return
    done && seek "$end"
}

known=$(sh "$here/segments.sh" "$elf")
eval "$known"
start=$low header='' hint='link it for 0x80200000, with its entry first'
if [ -z "$linux" ] && [ "$low.$entry" != "$usual.$usual" ]; then
    header=yes start=$usual
    [ "$low" -ge $((usual + header_size)) ] || start=$(((low - header_size) / 8 * 8))
    [ "$start" -ge "$ram" ] ||
        fail "it begins where RAM does, which leaves no room for a header below it: $hint"
    [ "$start" -eq "$usual" ] || [ -n "${READS_IMAGE:-}" ] ||
        fail "its entry is not where hypervisors before chapter 9 (kernel.cpp) start it: $hint"
fi
[ $((end - start)) -lt $((0x7ffff000)) ] || fail "it goes as far as 2 GiB from 0x80200000: $hint"
trap 'rm -f "$new" "$new.header"' EXIT
why=$(write 2>&1) || fail "no flat file can be made of it: $why"
mv "$new" "$2"
