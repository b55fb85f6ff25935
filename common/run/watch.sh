# Ends the process CHILD when who has started it is gone or shall end: watch.sh CHILD [STARTER…].
# That is the script that has started us too, which is ended as well, or a make above it; without
# STARTERs, those that are there now.
set -u
. "$(dirname "$0")/starters.sh"
child=$1
shift
[ $# -gt 0 ] || set -- $(starters "$PPID")
trap 'kill -KILL $! 2> /dev/null; exit' USR1

last=''
while kill -0 "$child" 2> /dev/null; do
    over=''
    for starter; do
        ! is_over "$starter" || over=yes
    done
    if [ "$over$last" = yesyes ]; then # and not only for a moment
        kill -TERM "$PPID" 2> /dev/null
        [ "$child" = "$PPID" ] || kill -TERM "$child"
    fi
    last=$over
    sleep 1 &
    wait $!
done
