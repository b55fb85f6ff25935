# For the scripts here, which include it: a command that runs in their place. It has their standard
# input; a signal that would end them ends it, and they go on when it has ended.
ended='' child=''
trap 'ended=yes; kill -TERM $child 2> /dev/null || true' INT TERM HUP
exec 3<&0

start() { # a command
    [ -z "$ended" ] || set -- false
    "$@" <&3 3<&- &
    child=$!
    [ -z "$ended" ] || kill -TERM $child
}

finish() { # waits for its end: `status` is its own, or says that we were ended
    status=0
    while wait $child || status=$?; [ $status -gt 128 ] && kill -TERM $child 2> /dev/null; do
        status=0
    done
    [ -z "$ended" ] || status=130
}
