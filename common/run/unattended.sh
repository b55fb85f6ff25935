# Runs QEMU without a terminal: unattended.sh DIRECTORY SECONDS QEMU ARGUMENTS…
# Standard input is typed for the guest, whole, and then ended; after SECONDS the run is ended.
# With INPUT=raw, Linux is not helped: nothing else is typed.
set -eu
work=$1 limit=$2 input=${INPUT:-}
. "$(dirname "$0")/child.sh"
shift 2

# What runs beside QEMU is ended with USR1: a shell that is not its command yet keeps TERM.
background() { # a command on our standard input; what ends the subshell around it ends it too
    trap 'kill -KILL $! 2> /dev/null; exit' USR1
    "$@" <&3 &
    wait $! || true
}

mkfifo "$work/typed" "$work/printed" "$work/monitor.in" "$work/monitor.out"
exec 4<> "$work/monitor.in"
cat "$work/monitor.out" > "$work/said" & # there before QEMU, so that nothing of it is missed
listener=$!
# QEMU does not send its last letters when its output is full, and goes. A socket is full after a
# few hundred, as each has a buffer of its own there; a pipe takes as many as it has bytes.
cat "$work/printed" &
printer=$!
exec 5<> "$work/typed"
[ "$input" != raw ] || printf '\000' >&5 # before QEMU: the firmware loses it, see below
qemu() {
    exec "$@" -serial chardev:serial0 -chardev "stdio,id=serial0${CONSOLE_LOG:-}" \
        -mon chardev=monitor \
        -chardev "pipe,id=monitor,path=$(echo "$work/monitor" | sed 's/,/,,/g')" \
        < "$work/typed" > "$work/printed"
}
start qemu "$@"
(
    # The firmware loses the first byte that waits at its start, and Linux a few when it opens its
    # console: 64 times Ctrl-U go first, which does nothing on an empty line. Ctrl-D ends the input:
    # twice, as after a part of a line the first only sends that off, and again for whoever reads
    # after a reboot.
    [ "$input" = raw ] || printf '%064d' 0 | tr 0 '\025'
    background cat
    [ "$input" != raw ] || exit 0
    while printf '\004\004'; do
        background sleep 1
    done
) > "$work/typed" 2> /dev/null &
typist=$!
(
    background sleep "$limit"
    touch "$work/ended"
    printf 'info registers\nquit\n' >&4
    background sleep 5
    kill $child
) &
watch=$!

finish
kill -USR1 $typist $watch 2> /dev/null || true # one of them may have ended
true 6<> "$work/printed" 6<> "$work/monitor.out" # the end of both, also if QEMU has not opened them
[ -z "$ended" ] || kill -KILL $printer 2> /dev/null || true # it may not have, either
wait $printer || kill -KILL $printer 2> /dev/null || true # a signal ends the wait
if [ -e "$work/ended" ]; then
    wait $listener
    registers=$(tr -d '\r' < "$work/said")
    pc=$(echo "$registers" | sed -n 's/^ pc *//p')
    case $(echo "$registers" | sed -n 's/^ V *= *//p'):$pc in
        1:*) where="the guest stood at pc 0x$pc" ;;
        0:0000000080[01]?????) where="the firmware stood at pc 0x$pc" ;; # below the hypervisor
        0:*) where="the hypervisor stood at pc 0x$pc" ;;
        *) where='QEMU does not tell where it stood' ;;
    esac
    echo "run: ended after $limit s (LIMIT=$limit); $where" | tee "$work/ended"
    exit 1
fi
kill -USR1 $listener 2> /dev/null || true
exit $status
