#!/bin/sh
# Installs what doctor.sh finds missing in some groups of tools.txt: Debian's packages, from the
# sources that the system has. Asks before, if there is a terminal; reads nothing otherwise.
set -u
here=$(dirname "$0")
packages=$(sh "$here/doctor.sh" packages "$@")
[ -n "$packages" ] || exit 0
command -v apt-get >/dev/null || { sh "$here/doctor.sh" check "$@" >&2; exit 1; }

build=$(cd "$here/../.." && pwd)/build log=$build/setup.log
mkdir -p "$build" && : >"$log" || exit 1
fail() {
    echo "setup: $*" >&2
    exit 1
}

why() { # apt does not install: its own lines, of what it has printed
    echo "$1" | grep '^E:' || echo 'it has nothing newer, or another program comes first on the PATH'
}

plan() { # what apt would do; needs no root
    plan=$(LC_ALL=C apt-get install --assume-no --no-install-recommends -o Debug::NoLocking=1 \
        $packages 2>&1)
    echo "$plan" | grep -q '^Need to get'
}

apt() { # what it says goes into the log, and passes by on a terminal
    echo "+ apt-get $*" >>"$log"
    $sudo env LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 "$@" \
        </dev/null 2>&1 | while read -r line; do
        echo "$line" >>"$log"
        [ ! -t 1 ] || printf '\r\033[K%.79s' "$line"
    done
    [ ! -t 1 ] || printf '\r\033[K'
}

echo "setup: to be installed:$packages"
[ "$(id -u)" = 0 ] && sudo='' || sudo=sudo
[ -z "$sudo" ] || sudo true </dev/null 2>>"$log" ||
    fail "that takes root, and sudo does not give it: run \`make setup\` as root"
if ! plan; then
    echo "setup: fetching the lists of packages"
    apt update
    plan || {
        sh "$here/doctor.sh" check "$@" | grep -v '^`make setup' >&2
        fail "apt cannot install them: $(why "$plan")"
    }
fi
echo "$plan" | sed -n '/^Need to get/N; s/\n/ /; s/^Need/setup: need/p'
if [ -t 0 ]; then
    printf 'setup: install them? [Y/n] '
    read -r answer || answer=n
    case $answer in [nN]*) fail "nothing was installed" ;; esac
fi
echo "setup: installing; log: $log"
apt install -y --no-install-recommends $packages
if ! sh "$here/doctor.sh" check "$@" >/dev/null; then
    apt update # the lists may be older than what the mirror still has
    apt install -y --no-install-recommends $packages
fi
sh "$here/doctor.sh" check "$@" >&2 || fail "apt failed: $(why "$(cat "$log")" | head -n 1)"
