#!/bin/sh
# Puts the content of a guest bundle in the place of a guest built here, unless it is there already.
#   usage: unpack.sh BUNDLE DIRECTORY
set -eu
bundle=$1 guest=$2
fail() {
    echo "GUEST_BUNDLE=$bundle: $*" >&2
    exit 1
}

[ -f "$bundle" ] && [ -r "$bundle" ] || fail "there is no such file, or it cannot be read"
sum=$(cksum <"$bundle")
[ "$(cat "$guest/bundle" 2>/dev/null)" != "$sum" ] || exit 0

mkdir -p "$(dirname "$guest")"
new=$(mktemp -d "$guest.XXXXXX")
trap 'rm -rf "$new"' EXIT
trap 'exit 130' INT TERM HUP
tar -xf "$bundle" -C "$new" 2>/dev/null || fail "not an archive, or not a whole one"
for part in Image rootfs.squashfs libfdt/libfdt.h include/c++/span include/c/features.h; do
    [ -s "$new/$part" ] || fail "not a guest bundle: $part is not in it"
done
echo "guest: unpacked from $bundle"
echo "$sum" >"$new/bundle"
chmod 755 "$new"
rm -rf "$guest"
mv "$new" "$guest"
