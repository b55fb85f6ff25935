# Ends the process CHILD when who has started it is gone or shall end: watch.sh CHILD. That is the
# script that has started us too, which is ended as well, or a make above it: one that is killed
# takes nobody along, and one that gets INT or HUP alone waits for its children, with that signal
# blocked.
set -u
child=$1
trap 'kill -KILL $! 2> /dev/null; exit' USR1

said() { # of process $1 what /proc says in line $2, or else ps as $3
    if [ -d /proc/self ]; then sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"
    else ps -o "$3=" -p "$1" | tr -d ' '; fi 2> /dev/null
}

is_over() {
    if [ ! -d /proc/self ]; then
        ! kill -0 "$1" 2> /dev/null
        return
    fi
    blocked=$(said "$1" SigBlk | tail -c 5)
    [ -z "$blocked" ] || [ $((0x$blocked & 0x4003)) != 0 ] # HUP, INT and TERM
}

starters=$PPID next=$(said "$PPID" PPid ppid)
while case $(said "$next" Name comm) in *make) true ;; *) false ;; esac do
    is_over "$next" || starters="$starters $next" # it was started with these blocked
    next=$(said "$next" PPid ppid)
done

last=''
while kill -0 "$child" 2> /dev/null; do
    over=''
    for starter in $starters; do
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
