# Runs a hypervisor in QEMU, as step.mk says through the environment. Here what the user named is
# checked, by kernel.sh and disk.sh; of an ELF file flatten.sh makes a flat one. machine.sh puts the
# machine together (layout.sh says what lies where), keep-disk.sh takes care of the disk (save.sh),
# and unattended.sh of a run without a terminal. child.sh and watch.sh see to it that nothing goes on
# when a run has been ended.
set -eu
here=$(dirname "$0") run=$here
. "$here/starters.sh"
starters=$(starters $$)
. "$here/child.sh"

fail() {
    echo "run: $*" >&2
    exit 1
}

work=$(mktemp -d 2> /dev/null) || fail "TMPDIR=${TMPDIR:-/tmp}: no file can be written there"
trap '[ -e "$work/kept" ] || rm -rf "$work"' EXIT
[ ! -t 0 ] || stty "$(stty -g)" 2> /dev/null || true # who runs in the background stops here
trap '' TTOU TTIN # when make is gone the terminal is another's

for variable in KERNEL DISK INITRD SAVE; do
    eval "file=\${$variable:-}"
    case $file in '' | /*) continue ;; esac
    eval "$variable=\$WORKBOOK_STARTED/\$file" # files are meant from where make was started
done
for file in "${KERNEL:-}" "${DISK:-}" "${INITRD:-}"; do
    [ -f "$file" ] || [ ! -e "$file" ] || fail "$file: it is a directory or a device, not a file"
    [ -z "$file" ] || [ -f "$file" ] || fail "$file: there is no such file"
    [ -z "$file" ] || [ -r "$file" ] || fail "$file: it cannot be read"
done

case ${INPUT:=} in
    '' | raw) export INPUT ;;
    *) fail "INPUT=$INPUT: it is raw, or not named" ;;
esac

[ -z "${DISK:-}" ] || sh "$here/disk.sh" "$DISK"
if [ -n "${KERNEL:-}" ]; then
    sh "$here/kernel.sh" "$KERNEL"
    case $(od -A n -t x1 -N 4 "$KERNEL") in
        *7f*45*4c*46)
            sh "$here/flatten.sh" "$KERNEL" "$work/kernel"
            KERNEL=$work/kernel
            ;;
    esac
fi

# SANITIZE: what would steer the terminal is shown instead, in the notation of cat -v.
if [ -n "${SANITIZE:-}" ]; then
    mkfifo "$work/output"
    stdbuf -o0 tr -d '\r' < "$work/output" | cat -v &
    exec > "$work/output"
fi

# Where a chapter's run ends with an error, the end of its console tells whether this one does so.
export CONSOLE_LOG=
if cut -d '|' -f 1 "$here/endings.txt" | grep -qxF "${STEP_NUMBER:-none}"; then
    mkfifo "$work/console"
    tail -c 500 "$work/console" > "$work/last" &
    exec 5> "$work/console" # which ends, also if no machine opens it
    CONSOLE_LOG=",logfile=$(echo "$work/console" | sed 's/,/,,/g')"
fi
watched sh "$here/machine.sh" "$work" 5>&-
exec >&2 5>&- # the end of these outputs
wait
[ "$status" = 0 ] || [ ! -e "$work/last" ] || sh "$here/ending.sh" "$STEP_NUMBER" "$work"
exit "$status"
