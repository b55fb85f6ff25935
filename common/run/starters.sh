# For scripts that include it: who has started a script, and whether it is over with that.

said() { # of process $1 what /proc says in line $2, or else ps as $3
    if [ -d /proc/self ]; then sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"
    else ps -o "$3=" -p "$1" | tr -d ' '; fi 2> /dev/null
}

# A make that is killed takes nobody along, and one that gets INT or HUP alone waits for its
# children, with that signal blocked.
is_over() {
    if [ ! -d /proc/self ]; then
        ! kill -0 "$1" 2> /dev/null
        return
    fi
    blocked=$(said "$1" SigBlk | tail -c 5)
    [ -z "$blocked" ] || case $((0x$blocked & 0x4003)) in # HUP, INT and TERM
        0 | $((0x4003))) false ;; # all of them only while a process is started
    esac
}

starters() { # of process $1: it, and the makes above it
    starters=$1 next=$(said "$1" PPid ppid)
    while case $(said "$next" Name comm) in *make) true ;; *) false ;; esac do
        is_over "$next" || starters="$starters $next" # it was started with these blocked
        next=$(said "$next" PPid ppid)
    done
    echo "$starters"
}
