#!/bin/sh
# Debian 12 has QEMU 7.2, and 10.0 with its own OpenSBI in bookworm-backports. An apt that keeps all
# its state in the cache fetches them to unpack them there: nothing of the system changes.
#   usage: second.sh CACHE WRAPPER
set -eu
cache=$1 wrapper=$2 kept=$1/qemu-backports
none() {
    echo "qemu: no second version to test with: $*"
    exit 0
}
VERSION_CODENAME=''
[ ! -r /etc/os-release ] || . /etc/os-release
[ "$VERSION_CODENAME" = bookworm ] || none "only Debian 12 has one, in its backports"

if [ ! -e "$kept" ]; then
    echo "qemu: fetching a second version from bookworm-backports, a minute or so"
    mkdir -p "$cache" 2>/dev/null && work=$(mktemp -d "$cache/qemu.XXXXXX" 2>/dev/null) || {
        echo "qemu: $cache cannot be written: name another place with WORKBOOK_CACHE=" >&2
        exit 1
    }
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM HUP
    mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/root"

    # The mirror is the system's own.
    mirror=$(apt-get --print-uris update 2>/dev/null |
        sed -n "s|^'\(.*\)/dists/bookworm/.*|\1|p" | head -n 1)
    printf "deb $mirror %s main\n" bookworm bookworm-backports >"$work/sources"
    # Nothing that is installed is to be upgraded, and no QEMU counts as installed.
    awk 'BEGIN { RS = ""; ORS = "\n\n" } !/^Package: qemu/' /var/lib/dpkg/status >"$work/status"
    apt() {
        apt-get -q -y -o Dir::State::lists="$work/lists" -o Dir::State::status="$work/status" \
            -o Dir::Cache="$work" -o Dir::Etc::sourcelist="$work/sources" \
            -o Dir::Etc::sourceparts=- -o APT::Sandbox::User=root -o Debug::NoLocking=1 \
            "$@" </dev/null >>"$work/log" 2>&1 || none "$(tail -n 1 "$work/log")"
    }
    apt update
    apt install --download-only --no-install-recommends -t bookworm-backports \
        qemu-system-riscv opensbi
    for package in "$work"/archives/*.deb; do
        dpkg-deb -x "$package" "$work/root"
    done
    # Under this name QEMU looks for its modules and firmware first.
    ln -s ../.. "$work/root/usr/bin/qemu-bundle"
    mv -T "$work/root" "$kept" 2>/dev/null || [ -e "$kept" ] # another make was faster
fi

mkdir -p "$(dirname "$wrapper")"
libraries=$(dirname "$kept"/usr/lib/*/qemu)
printf '#!/bin/sh\nLD_LIBRARY_PATH="%s" exec "%s" "$@"\n' "$libraries" \
    "$kept/usr/bin/qemu-system-riscv64" >"$wrapper"
chmod +x "$wrapper"
version=$("$wrapper" --version) || { rm "$wrapper"; none "$kept does not start; remove it"; }
echo "$version" | sed 's/^/qemu: a second version to test with: /; q'
