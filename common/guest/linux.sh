#!/bin/sh
# Builds the guest's Linux from Debian's source package, with clang. That takes minutes, so the
# result is kept for all checkouts, under a name made of everything that it depends on. Beside the
# Image goes vmlinux, of which it was made: debuggers find the names of functions there.
#   usage: LLVM_SUFFIX=-19 linux.sh SOURCE.tar.xz CONFIG CACHE DIRECTORY
set -eu
run=$(dirname "$0")/../run
. "$run/starters.sh"
starters=$(starters $$)
. "$run/child.sh"
. "$(dirname "$0")/building.sh"
source=$1 config=$2 cache=$3 guest=$4
log=$guest/linux.log

series=$(basename "$source" .tar.xz | sed 's/.*-//')
version=$(dpkg-query -W -f '${Version}' "linux-source-$series" 2>/dev/null) ||
    version=$series-$(stat -c %s-%Y "$source")
options=$(grep '^CONFIG_' "$config" | sort)
compiler=$("clang$LLVM_SUFFIX" --version)
key=$(echo "$version $options $compiler" | sha256sum | cut -c 1-8)
kept=$cache/linux-$version-$key

case $cache in *[:[:space:]]*)
    echo "guest Linux: cannot be built in $cache, for a space or colon in it: name another" \
        "place with WORKBOOK_CACHE=" >&2
    exit 1
    ;;
esac
mkdir -p "$cache" 2>/dev/null && touch "$cache/lock" 2>/dev/null || {
    echo "guest Linux: $cache cannot be written: name another place with WORKBOOK_CACHE=" >&2
    exit 1
}
exec 9>"$cache/lock"
flock -n 9 || { echo "guest Linux: another make is building it: waiting" && flock 9; }
if [ ! -e "$kept/vmlinux" ]; then
    echo "guest Linux $version: building it once, about 4 minutes on 2 cores; log: $log"
    start=$(date +%s)
    : >"$log"
    # Made aside and renamed: an interruption leaves nothing that looks like a kernel.
    work=$cache/building
    rm -rf "$work"
    mkdir "$work"
    progress 9>&- & reporter=$!
    trap 'kill -USR1 $reporter 2>/dev/null || true; rm -rf "$work"' EXIT
    interruptible tar -x -I 'xz -T0' -f "$source" -C "$work" --strip-components=1 \
        --no-same-owner --exclude='*/Documentation/*/*' --exclude='*/sound/*.[ch]' \
        --exclude='*/drivers/gpu/*.[ch]' --exclude='*/drivers/net/*/*.[ch]' || {
        echo "guest Linux: cannot unpack $source into $cache: is it whole, is the disk full?" >&2
        exit 1
    }
    if ! { interruptible kbuild allnoconfig && interruptible kbuild Image; }; then
        grep -F -e error: -e '***' -e fatal "$log" | head -n 5 >&2
        tail -n 10 "$log" >&2
        echo "guest Linux: the build failed; above are errors and last lines of $log" >&2
        exit 1
    fi
    mkdir "$work/result"
    mv "$work/arch/riscv/boot/Image" "$work/.config" "$work/result"
    "llvm-objcopy$LLVM_SUFFIX" --discard-locals "$work/vmlinux" "$work/result/vmlinux"
    rm -rf "$kept"
    mv -T "$work/result" "$kept"
    printf "${clear}guest Linux: built in %d s\n" $(($(date +%s) - start))
fi
for file in Image vmlinux; do
    cp "$kept/$file" "$guest/$file.new"
    mv "$guest/$file.new" "$guest/$file"
done
