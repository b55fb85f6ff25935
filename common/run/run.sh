# Runs a hypervisor in QEMU, as step.mk says through the environment. Here what the user named is
# checked; machine.sh puts the machine together (layout.sh says what lies where), keep-disk.sh takes
# care of the disk (save.sh), and unattended.sh of a run without a terminal. child.sh and watch.sh
# see to it that nothing goes on when a run has been ended.
set -eu
here=$(dirname "$0") run=$here
. "$here/child.sh"

fail() {
    echo "run: $*" >&2
    exit 1
}

work=$(mktemp -d 2> /dev/null) || fail "TMPDIR=${TMPDIR:-/tmp}: no file can be written there"
trap '[ -e "$work/kept" ] || rm -rf "$work"' EXIT
trap '' TTOU TTIN # when make is gone the terminal is another's

for variable in KERNEL DISK INITRD SAVE; do
    eval "file=\${$variable:-}"
    case $file in '' | /*) continue ;; esac
    eval "$variable=\$WORKBOOK_STARTED/\$file" # files are meant from where make was started
done
for file in "${KERNEL:-}" "${DISK:-}" "${INITRD:-}"; do
    [ -z "$file" ] || [ -f "$file" ] || fail "$file: there is no such file"
    [ -z "$file" ] || [ -r "$file" ] || fail "$file: it cannot be read"
done

# How a kernel begins says what it is. An ELF file becomes the flat binary that its segments are.
case $([ -z "${KERNEL:-}" ] || od -A n -t x1 -N 8 "$KERNEL" | tr -d ' \n') in
    1f8b*) fail "$KERNEL: it is compressed (gzip): unpack it first, with gunzip" ;;
    28b52ffd*) fail "$KERNEL: it is compressed (zstd): unpack it first, with unzstd" ;;
    ????????7a696d67) fail "$KERNEL: it is compressed (EFI zboot): take the Image it was made of" ;;
    7f454c46*)
        "$OBJCOPY" -O binary "$KERNEL" "$work/kernel" 2> "$work/log" ||
            fail "$KERNEL: it is a broken ELF file"
        KERNEL=$work/kernel
        ;;
esac

# SANITIZE: what would steer the terminal is shown instead, in the notation of cat -v.
if [ -n "${SANITIZE:-}" ]; then
    mkfifo "$work/output"
    stdbuf -o0 tr -d '\r' < "$work/output" | cat -v &
    exec > "$work/output"
fi
watched sh "$here/machine.sh" "$work"
exec >&2 # the end of that output
wait
exit "$status"
