# Puts the machine together, as QEMU's arguments: machine.sh DIRECTORY
set -eu
here=$(dirname "$0")
work=$1

fail() {
    echo "run: $*" >&2
    exit 1
}

number=${MEMORY%[kKmMgG]}
case $number in
    '' | 0* | *[!0-9]* | ?????????????*) # in KiB, more than twelve digits may be too many for sh
        fail "MEMORY=$MEMORY: a size such as 256M or 1G is needed"
        ;;
esac
case $MEMORY in
    *[kK]) memory=$number ;;
    *[gG]) memory=$((number * 1024 * 1024)) ;;
    *) memory=$((number * 1024)) ;; # a number alone is in MiB, as for QEMU
esac
memory=$(((memory + 7) / 8 * 8)) # in KiB, rounded up as QEMU does it
[ -z "${DISK_RO:-}" ] || BOOTARGS="hypervisor.disk=ro ${BOOTARGS:-}"

layout=$(sh "$here/layout.sh")
eval "$layout"
[ "$memory" -ge $((least * 1024)) ] ||
    fail "MEMORY=$MEMORY: too little for these files: at least ${least}M are needed"

case $MACHINE in
    qemu)
        [ -z "${FREEDOM:-}${STRICT:-}" ] || fail "FREEDOM= and STRICT= are for MACHINE=strict"
        set -- "$QEMU"
        ;;
    strict) set -- "$STRICT_MACHINE" -freedom "${FREEDOM:-}" -strict "${STRICT:-stop}" ;;
    *) fail "MACHINE=$MACHINE: it is qemu or strict" ;;
esac
set -- "$@" -machine virt -cpu rv64 -m "${memory}K" -display none -no-reboot \
    -kernel "$HYPERVISOR" -append "${BOOTARGS:-}"
module() { # in an option of QEMU's a comma of a file's name stands twice
    printf 'guest-loader,addr=%s,%s=' "$1" "$2"
    printf '%s\n' "$3" | sed 's/,/,,/g'
}
[ -z "${KERNEL:-}" ] || set -- "$@" -device "$(module "$kernel" kernel "$KERNEL")"
[ -z "${INITRD:-}" ] || set -- "$@" -device "$(module "$initrd" initrd "$INITRD")"
# Only kernels may have arguments: by this one the hypervisor knows the disk.
[ -z "${DISK:-}" ] || set -- "$@" -device "$(module "$disk" kernel "$DISK"),bootargs=disk"

export SAVE="${SAVE:-}" MEMORY="${memory}K" DISK_START=$((disk - ram)) DISK_SIZE="$disk_size"
set -f # no flag is a pattern for files
exec sh "$here/keep-disk.sh" "$work" "$@" ${QEMU_FLAGS:-}
