# Puts the machine together, as QEMU's arguments: machine.sh DIRECTORY
set -eu
here=$(dirname "$0")
work=$1

fail() {
    echo "run: $*" >&2
    exit 1
}

case ${MEMORY%[kKmMgG]} in
    '' | *[!0-9]*) fail "MEMORY=$MEMORY: a size such as 256M or 1G is needed" ;;
esac
[ -z "${DISK_RO:-}" ] || BOOTARGS="hypervisor.disk=ro ${BOOTARGS:-}"

# Kernel and initrd lie behind the hypervisor, the disk where QEMU puts it: half-way up.
set -- "$QEMU" -machine virt -cpu rv64 -m "$MEMORY" -display none -no-reboot \
    -kernel "$HYPERVISOR" -append "${BOOTARGS:-}"
address=$((0x80400000))
module() { # in an option of QEMU's a comma of a file's name stands twice
    echo "guest-loader,addr=$address,$1=$(echo "$2" | sed 's/,/,,/g')"
}
if [ -n "${KERNEL:-}" ]; then
    set -- "$@" -device "$(module kernel "$KERNEL")"
    address=$((address + ($(wc -c < "$KERNEL") / 0x200000 + 1) * 0x200000))
fi
[ -z "${INITRD:-}" ] || set -- "$@" -device "$(module initrd "$INITRD")"
[ -z "${DISK:-}" ] || set -- "$@" -initrd "$DISK"

SAVE=${SAVE:-} sh "$here/keep-disk.sh" "$work" "$@" ${QEMU_FLAGS:-}
