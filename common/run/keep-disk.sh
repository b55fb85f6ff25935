# Runs the machine, and writes the disk to $SAVE at the end: keep-disk.sh DIRECTORY QEMU ARGUMENTS…
# DISK_START and DISK_SIZE say where it lies in RAM.
set -eu
here=$(dirname "$0")
work=$1
shift

fail() {
    echo "run: $*" >&2
    exit 1
}

kept="the disk's changes are lost at the end (SAVE=file keeps them)"
[ -n "${DISK:-}" ] || kept="there is no disk"
if [ -n "$SAVE" ]; then
    [ -n "${DISK:-}" ] || fail "SAVE=$SAVE: there is no disk to save: name one with DISK="
    [ ! -d "$SAVE" ] && touch "$SAVE.part" 2> "$work/log" ||
        fail "SAVE=$SAVE: no file can be written there"
    kept="at the end the disk goes to $SAVE"
    # RAM is a file, which is still there when QEMU has gone.
    set -- "$@" -machine memory-backend=ram \
        -object "memory-backend-file,id=ram,size=$MEMORY,mem-path=$work/ram,share=on"
fi

status=0
if [ -t 0 ]; then
    echo "run: Ctrl-A x leaves; $kept"
    "$@" -serial chardev:console -mon console \
        -chardev "stdio,id=console,mux=on,signal=off${CONSOLE_LOG:-}" || status=$?
else
    case ${LIMIT:=120} in
        *[!0-9]*) fail "LIMIT=$LIMIT: a number of seconds is needed" ;;
    esac
    echo "run: no terminal: the run ends after $LIMIT s at the latest; $kept"
    if [ "$MACHINE" = strict ]; then # it types what is piped in by itself
        "$@" -serial chardev:console -chardev "stdio,id=console${CONSOLE_LOG:-}" -limit "$LIMIT" \
            ${INPUT:+-raw} || status=$?
    else
        sh "$here/unattended.sh" "$work" "$LIMIT" "$@" || status=$?
    fi
fi

# The firmware is at the beginning of RAM as soon as the machine has started.
if [ -n "$SAVE" ] && [ -z "$(head -c 64 "$work/ram" 2> "$work/log" | tr -d '\0')" ]; then
    rm -f "$SAVE.part"
    fail "SAVE=$SAVE: nothing is written there: the machine has not started"
fi
if [ -n "$SAVE" ]; then
    tail -c "+$((DISK_START + 1))" "$work/ram" | head -c "$DISK_SIZE" > "$SAVE.part"
    mv "$SAVE.part" "$SAVE"
    echo "run: the disk is in $SAVE"
fi
exit "$status"
