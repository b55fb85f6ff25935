# Tells editors how sources are compiled: compile_commands.json, which clangd and others read.
#   usage: compile-commands.sh DIRECTORY CHECKOUT KEPT    where the sources of DIRECTORY are
# Standard input has a line for each source: its whole path, and the command without that.
#
# At the top of the checkout the file has all that was built in it; KEPT has the part of each
# directory. A DIRECTORY elsewhere has a file of its own.
set -eu
directory=$1 root=$2 kept=$3
new=.compile_commands.$$

# As programs older than our compiler know it: the language by its early name, and an architecture
# without what the assembler alone needs, such as the hypervisor extension.
entries() {
    sed -E -e 's/[\\"]/\\&/g' -e 's/ -std=c\+\+23 / -std=c++2b /' \
        -e 's/ (-march=rv64[a-gi-z]*)h?_[^ ]*/ \1/' \
        -e 's|^([^ ]*)/([^ ]*) (.*)|{"directory": "\1", "file": "\2", "command": "\3 -c \2"}|'
}

array() { # each entry once
    LC_ALL=C sort -u "$@" | sed -e '1s/^/[/' -e '$!s/$/,/' -e '$s/$/]/'
}

case $directory in
    "$root"/*)
        part=$kept/$(echo "$directory" | cksum | tr ' ' -)
        mkdir -p "$kept"
        entries > "$part.$$.new"
        mv "$part.$$.new" "$part"
        # Whoever writes last looks again: another make may have added its part in the meantime.
        cd "$root"
        while array "$kept"/*[0-9] > $new && ! cmp -s $new compile_commands.json; do
            mv $new compile_commands.json
        done
        ;;
    *)
        [ -w . ] || exit 0
        entries | array > $new
        cmp -s $new compile_commands.json || mv $new compile_commands.json
        ;;
esac
rm -f $new
