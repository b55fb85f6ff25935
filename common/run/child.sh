# For scripts that include it: a command that runs in their place. It has their standard input; a
# signal that would end them ends it, and they go on when it has ended.
ended='' child=''
# What is closed would be a file's that is opened later.
true 2> /dev/null 3<&0 || exec < /dev/null
true 2> /dev/null 3>&1 || exec > /dev/null
true 3>&2 || exec 2> /dev/null
trap 'ended=yes; kill -TERM $child 2> /dev/null || true' INT TERM HUP
trap 'exit 141' PIPE # nobody reads what we say: then files are removed as at any other end
exec 3<&0

start() { # a command
    [ -z "$ended" ] || set -- false
    "$@" <&3 3<&- &
    child=$!
    [ -z "$ended" ] || kill -TERM $child 2> /dev/null || true
}

finish() { # waits for its end: `status` is its own, or says that we were ended
    status=0
    while wait $child || status=$?; [ $status -gt 128 ] && kill -TERM $child 2> /dev/null; do
        status=0
    done
    [ -z "$ended" ] || status=130
}

# Both, and it ends when make goes without us. Before that, `run` is where watch.sh lies, and
# `starters` are ours, looked up at once: a make that is gone cannot be found any more.
watched() {
    start "$@"
    sh "$run/watch.sh" "$child" $starters 3<&- < /dev/null > /dev/null 2>&1 &
    watch=$!
    finish
    kill -USR1 $watch 2> /dev/null || true # it may have ended
}
