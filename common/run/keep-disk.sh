# Runs the machine, and writes the disk to $SAVE at the end: keep-disk.sh DIRECTORY QEMU ARGUMENTS…
# DISK_START and DISK_SIZE say where it lies in RAM.
set -eu
here=$(dirname "$0")
work=$1
shift
. "$here/child.sh"
. "$here/save.sh"

fail() {
    echo "run: $*" >&2
    exit 1
}

kept="the disk's changes are lost at the end (SAVE=file keeps them)"
[ -n "${DISK:-}" ] || kept="there is no disk"
if [ -n "$SAVE" ]; then
    check_save
    kept="at the end the disk goes to $SAVE"
    # RAM is a file, which is still there when QEMU has gone. In an option a comma stands twice.
    set -- "$@" -machine memory-backend=ram -object "memory-backend-file,id=ram,size=$MEMORY,$(
        echo "mem-path=$work/ram" | sed 's/,/,,/g'),share=on"
fi

if [ -t 0 ]; then
    echo "run: Ctrl-A x leaves; $kept"
    terminal=$(stty -g)
    # QEMU calls it so by itself, and monitors are told that name.
    start "$@" -serial chardev:serial0 -mon serial0 \
        -chardev "stdio,id=serial0,mux=on,signal=off${CONSOLE_LOG:-}"
    finish
    stty "$terminal" 2> "$work/log" || true # a machine that is killed leaves its own
else
    case ${LIMIT:=120} in
        0* | *[!0-9]*) fail "LIMIT=$LIMIT: a number of seconds is needed" ;;
    esac
    echo "run: no terminal: the run ends after $LIMIT s at the latest; $kept"
    if [ "$MACHINE" = strict ]; then # it types what is piped in by itself
        start "$@" -serial chardev:serial0 -chardev "stdio,id=serial0${CONSOLE_LOG:-}" \
            -limit "$LIMIT" ${INPUT:+-raw}
    else
        start sh "$here/unattended.sh" "$work" "$LIMIT" "$@"
    fi
    finish
fi

[ -z "$SAVE" ] || save_disk
exit "$status"
