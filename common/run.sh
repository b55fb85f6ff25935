# Runs a hypervisor in QEMU, as step.mk says through the environment: puts the machine together.
set -eu
here=$(dirname "$0")

fail() {
    echo "run: $*" >&2
    exit 1
}

case $MEMORY in *[gG]) unit=30 ;; *[kK]) unit=10 ;; *) unit=20 ;; esac
case ${MEMORY%[kKmMgG]} in
    '' | *[!0-9]*) fail "MEMORY=$MEMORY: a size such as 256M or 1G is needed" ;;
esac
memory=$((${MEMORY%[kKmMgG]} << unit))

for variable in KERNEL DISK INITRD SAVE; do
    eval "file=\${$variable:-}"
    case $file in '' | /*) continue ;; esac
    directory=${STARTED_IN%% *} # files are meant from where make was started
    for place in $STARTED_IN; do
        [ ! -e "$place/$file" ] || { directory=$place && break; }
    done
    eval "$variable=\$directory/\$file"
done
for file in "${KERNEL:-}" "${DISK:-}" "${INITRD:-}"; do
    [ -z "$file" ] || [ -f "$file" ] || fail "$file: there is no such file"
    [ -z "$file" ] || [ -r "$file" ] || fail "$file: it cannot be read"
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# An ELF kernel becomes the flat binary that its segments are.
if [ -n "${KERNEL:-}" ] && [ "$(head -c 4 "$KERNEL" | tail -c 3)" = ELF ]; then
    "$OBJCOPY" -O binary "$KERNEL" "$work/kernel" || fail "KERNEL=$KERNEL: a broken ELF file"
    KERNEL=$work/kernel
fi
[ -z "${DISK_RO:-}" ] || BOOTARGS="${BOOTARGS:-} hypervisor.disk=ro"

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
if [ -n "${INITRD:-}" ]; then
    set -- "$@" -device "$(module initrd "$INITRD")"
    address=$((address + $(wc -c < "$INITRD")))
fi
[ -z "${DISK:-}" ] || set -- "$@" -initrd "$DISK"
needed=$((address - 0x80000000)) room=$memory
[ -z "${DISK:-}" ] || room=$((memory / 2 + 0x200000))
[ "$needed" -le "$room" ] || [ "$memory" -ge $((256 << 20)) ] ||
    fail "MEMORY=$MEMORY: too little for files that take $((needed >> 20)) MiB without the disk"

SAVE=${SAVE:-} sh "$here/keep-disk.sh" "$work" "$@" ${QEMU_FLAGS:-}
