# Runs a hypervisor in QEMU, as step.mk says through the environment. Here the machine is put
# together; unattended.sh looks after it when there is no terminal.
set -eu

fail() {
    echo "run: $*" >&2
    exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

for variable in KERNEL DISK INITRD; do
    eval "file=\${$variable:-}"
    [ -z "$file" ] || [ -f "$file" ] || fail "$variable=$file: there is no such file"
    [ -z "$file" ] || [ -r "$file" ] || fail "$variable=$file: it cannot be read"
done
if [ -n "${SAVE:-}" ]; then
    [ -n "${DISK:-}" ] || fail "SAVE=$SAVE: there is no disk to save: name one with DISK="
    [ -w "$(dirname "$SAVE")" ] && [ ! -d "$SAVE" ] || fail "SAVE=$SAVE: it cannot be written"
fi

# An ELF kernel becomes the flat binary that its segments are.
if [ -n "${KERNEL:-}" ] && [ "$(head -c 4 "$KERNEL" | tail -c 3)" = ELF ]; then
    "$OBJCOPY" -O binary "$KERNEL" "$work/kernel" || fail "KERNEL=$KERNEL: a broken ELF file"
    KERNEL=$work/kernel
fi
[ -z "${DISK_RO:-}" ] || BOOTARGS="${BOOTARGS:-} hypervisor.disk=ro"

# The modules lie behind the hypervisor, the disk where QEMU puts it.
module() { # KIND FILE: in a -device option a comma stands twice
    echo "guest-loader,addr=$address,$1=$(echo "$2" | sed 's/,/,,/g')"
}
address=$((0x80400000))
set -- -machine virt -cpu "${CPU:-rv64}" -m "$MEMORY" -display none -no-reboot \
    -kernel "$HYPERVISOR" -append "${BOOTARGS:-}"
if [ -n "${KERNEL:-}" ]; then
    set -- "$@" -device "$(module kernel "$KERNEL")"
    address=$((address + ($(wc -c < "$KERNEL") / 0x200000 + 1) * 0x200000))
fi
[ -z "${INITRD:-}" ] || set -- "$@" -device "$(module initrd "$INITRD")"
[ -z "${DISK:-}" ] || set -- "$@" -initrd "$DISK"
if [ -n "${SAVE:-}" ]; then # RAM is a file, which is still there when QEMU has gone
    set -- "$@" -machine memory-backend=ram \
        -object "memory-backend-file,id=ram,size=$MEMORY,mem-path=$work/ram,share=on"
fi
# shellcheck disable=SC2086 # more flags are more words
set -- "$QEMU" "$@" ${QEMU_FLAGS:-}

kept="the disk's changes are lost at the end (SAVE=file keeps them)"
[ -z "${SAVE:-}" ] || kept="at the end the disk goes to $SAVE"
[ -n "${DISK:-}" ] || kept="there is no disk"
status=0
if [ -t 0 ]; then
    echo "run: Ctrl-A x leaves; $kept"
    "$@" -serial mon:stdio || status=$?
else
    echo "run: no terminal: the run ends after ${LIMIT:=120} s at the latest; $kept"
    sh "$(dirname "$0")/unattended.sh" "$work" "$LIMIT" "$@" || status=$?
fi

if [ -n "${SAVE:-}" ]; then # QEMU tells in the device tree where it has put the disk
    "$@" -machine dumpdtb="$work/tree" > "$work/log" 2>&1 || fail "$(cat "$work/log")"
    cell() {
        fdtget -t x "$work/tree" /chosen "linux,initrd-$1" | sed 's/^0 //'
    }
    start=$((0x$(cell start))) end=$((0x$(cell end)))
    tail -c "+$((start - 0x80000000 + 1))" "$work/ram" | head -c $((end - start)) > "$SAVE.part"
    mv "$SAVE.part" "$SAVE"
    echo "run: the disk is in $SAVE"
fi
exit "$status"
