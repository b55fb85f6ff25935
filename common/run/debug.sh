# Runs a hypervisor as run.sh does, waiting for a debugger: debug.sh KERNEL
# Says what to type into one, and where the names of the hypervisor and of its guest are.
set -eu
here=$(dirname "$0")
kernel=$1

fail() {
    echo "debug: $*" >&2
    exit 1
}

[ "$MACHINE" != strict ] || fail "the strict machine takes no debugger: leave out MACHINE=strict"
case $DEBUG_PORT in
    '' | 0* | *[!0-9]* | ??????*) port=0 ;;
    *) port=$DEBUG_PORT ;;
esac
[ "$port" -gt 0 ] && [ "$port" -le 65535 ] ||
    fail "DEBUG_PORT=$DEBUG_PORT: it is a number from 1 to 65535"
listens=$(printf ' (0100007F|0{8}|0{32}):%04X [0-9A-F:]+ 0A ' "$port") # at 127.0.0.1, or anywhere
! grep -Eqs "$listens" /proc/net/tcp /proc/net/tcp6 ||
    fail "port $port is in use: DEBUG_PORT= names another"

is_elf() {
    case $(od -A n -t x1 -N 4 "$1" 2> /dev/null) in *7f*45*4c*46) ;; *) return 1 ;; esac
}

# Linux has addresses of its own for its names. A small guest has those of the hypervisor, which no
# debugger can keep apart.
gdb="-ex 'target remote 127.0.0.1:$port'" lldb="-o 'gdb-remote 127.0.0.1:$port'"
linux='' program=''
case $kernel in *Image) linux=${kernel%Image}vmlinux ;; esac
if is_elf "$linux"; then
    gdb="$gdb -ex 'add-symbol-file $linux'"
    lldb="$lldb -o 'target modules add $linux' -o 'target modules load --file $linux --slide 0'"
else
    for file in "$kernel" "${kernel%.bin}.elf"; do
        ! is_elf "$file" || program=$file
    done
fi

cat << END
debug: QEMU waits for a debugger. In another terminal, one of these two:

gdb-multiarch -readnow $HYPERVISOR $gdb
lldb${LLVM_SUFFIX:-} $HYPERVISOR $lldb

Then, in lldb what is in brackets: break handle_exit [b handle_exit], continue, bt
Where the guest was:               info symbol \$sepc [image lookup -a \$sepc]
END
[ -z "$program" ] || cat << END
The guest's names, in the place of the hypervisor's: symbol-file $program
[target modules add $program] [target modules load --file $program --slide 0]
END
QEMU_FLAGS="${QEMU_FLAGS:-} -S -gdb tcp:127.0.0.1:$port" exec sh "$here/run.sh"
