# Runs a hypervisor in QEMU, as step.mk says through the environment. Here what the user named is
# checked; machine.sh puts the machine together (layout.sh says what lies where), keep-disk.sh takes
# care of the disk, and unattended.sh of a run without a terminal.
set -eu
here=$(dirname "$0")

fail() {
    echo "run: $*" >&2
    exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

for variable in KERNEL DISK INITRD SAVE; do
    eval "file=\${$variable:-}"
    case $file in '' | /*) continue ;; esac
    place=$STARTED_PWD # files are meant from where make was started
    [ -e "$place/$file" ] || [ ! -e "$STARTED_CURDIR/$file" ] || place=$STARTED_CURDIR
    eval "$variable=\$place/\$file"
done
for file in "${KERNEL:-}" "${DISK:-}" "${INITRD:-}"; do
    [ -z "$file" ] || [ -f "$file" ] || fail "$file: there is no such file"
    [ -z "$file" ] || [ -r "$file" ] || fail "$file: it cannot be read"
done

case ${INPUT:=} in
    '' | raw) export INPUT ;;
    *) fail "INPUT=$INPUT: it is raw, or not named" ;;
esac

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

# Where a chapter's run ends with an error, the end of its console tells whether this one does so.
export CONSOLE_LOG=
if grep -q "^${STEP_NUMBER:-none}|" "$here/endings.txt"; then
    mkfifo "$work/console"
    tail -c 500 "$work/console" > "$work/last" &
    exec 5> "$work/console" # which ends, also if no machine opens it
    CONSOLE_LOG=",logfile=$work/console"
fi
status=0
sh "$here/machine.sh" "$work" 5>&- || status=$?
exec >&2 5>&- # the end of these outputs
wait
[ "$status" = 0 ] || [ ! -e "$work/last" ] || sh "$here/ending.sh" "$STEP_NUMBER" "$work"
exit "$status"
