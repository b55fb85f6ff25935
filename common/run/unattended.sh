# Runs QEMU without a terminal: unattended.sh DIRECTORY SECONDS QEMU ARGUMENTS...
# Standard input is typed for the guest, whole, and then ended; after SECONDS the run is ended.
set -eu
work=$1 limit=$2
shift 2
case $limit in
    '' | *[!0-9]*) echo "run: LIMIT=$limit: a number of seconds is needed" >&2 && exit 1 ;;
esac

# The firmware loses the first byte that waits at its start, and Linux a few when it opens its
# console: 64 times Ctrl-U, which does nothing on an empty line, go first. Ctrl-D ends the input:
# twice, as after a line without its end the first only sends that off.
printf '%064d' 0 | tr 0 '\025' > "$work/first"
printf '\004\004' > "$work/last"
mkfifo "$work/typed" "$work/monitor.in" "$work/monitor.out"

exec 3<&0
"$@" -serial stdio -chardev pipe,id=monitor,path="$work/monitor" -mon chardev=monitor \
    < "$work/typed" &
qemu=$!
cat "$work/first" - "$work/last" <&3 > "$work/typed" &
typist=$!
(
    trap 'kill "$sleep"; exit' TERM
    sleep "$limit" &
    sleep=$!
    wait "$sleep"
    trap '' TERM
    touch "$work/ended"
    printf 'info registers\nquit\n' > "$work/monitor.in"
    tr -d '\r' < "$work/monitor.out" > "$work/registers"
    who=$(sed -n 's/^ V *= *1.*/the guest/p' "$work/registers")
    echo "run: ended after $limit s (LIMIT=$limit); ${who:-the hypervisor} stood at pc" \
        "0x$(sed -n 's/^ pc *//p' "$work/registers")"
) &
watch=$!

status=0
wait "$qemu" || status=$?
kill "$typist" "$watch" 2> "$work/log" || true
wait "$watch" || true
[ ! -e "$work/ended" ] || status=1
exit "$status"
