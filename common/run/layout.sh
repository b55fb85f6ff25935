# Where QEMU loads the files KERNEL, INITRD and DISK, and how much memory is enough for them. Only
# this file says so: machine.sh evaluates what it prints, tests and benchmark read it.
#
#   ram=…                      where RAM begins
#   kernel=… kernel_size=…     address and bytes of each file; 0 if it is not named
#   end=…                      behind all of them
#   least=…                    the least MEMORY, in MiB, with which a guest starts
set -eu

MiB=$((1 << 20))
ram=$((0x80000000))
end=$((ram + 4 * MiB)) # the first 2 MiB are the firmware's, the next ones the hypervisor's
# QEMU's device tree lies in the last 2 MiB of RAM; with more than 1 GiB some versions, 7.2 for one,
# put it in these. Nothing may reach into them.
tree=$((0xbfe00000)) behind_tree=$((0xc0000000))
gap=0 # bytes that stay free before them

# Takes $1 bytes from `start` on; what follows begins with a new page of the second stage.
take() {
    if [ "$end" -lt "$behind_tree" ] && [ $((end + $1)) -gt "$tree" ]; then
        gap=$((tree - end)) end=$behind_tree
    fi
    start=$end
    end=$(((start + $1 + 2 * MiB - 1) / (2 * MiB) * (2 * MiB)))
}

# Finds a place for the file $2, if there is one, and prints it as that of $1.
place() {
    start=0 size=0
    if [ -n "$2" ]; then
        size=$(($(wc -c < "$2")))
        take $((size > 0 ? size : 1)) # QEMU names its node by the address, also if it is empty
    fi
    if [ "$size" -gt $((0x7ffff000)) ]; then
        echo "run: $2: QEMU loads no file of 2 GiB or more" >&2
        exit 1
    fi
    echo "$1=$start"
    echo "$1_size=$size"
}

echo "ram=$ram"
# The guest's RAM: 2 MiB, a copy of the kernel; one of the initrd, in whole pages; its device tree,
# and a page behind that.
place kernel "${KERNEL:-}"
guest=$((2 * MiB + size))
place initrd "${INITRD:-}"
guest=$((guest + (size + 4095) / 4096 * 4096 + 68 * 1024))
place disk "${DISK:-}"
echo "end=$end"
[ -z "${KERNEL:-}" ] || [ "$guest" -le "$gap" ] || take "$guest"
echo "least=$(((end - ram) / MiB + 1))" # with this one MiB QEMU's device tree lies behind `end`
