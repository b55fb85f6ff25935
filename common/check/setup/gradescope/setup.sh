#!/bin/sh
# Gradescope runs this once, when it builds the image of an assignment: installs what grades.
#   usage: setup.sh [DEBIAN_MIRROR]
set -eu
place=${AUTOGRADER:-/autograder}
here=$place/source
export DEBIAN_FRONTEND=noninteractive
apt-get update
case $(. /etc/os-release && echo "$ID${VERSION_ID:-}") in
    debian1[2-9]) ;;
    *) # the compiler and QEMU are Debian's: one is put beside what is here
        apt-get install -y --no-install-recommends debootstrap
        debootstrap --variant=minbase --include=ca-certificates,make \
            --keyring="$here/debian-archive-keyring.gpg" trixie "$place/debian" "$@"
        mkdir -p "$place/debian$place"
        cp -r "$here" "$place/debian$here"
        exec chroot "$place/debian" sh "$here/setup.sh"
        ;;
esac
apt-get install -y --no-install-recommends make
make -C "$here/workbook/common/guest" unpack GUEST_BUNDLE="$here/guest-bundle.tar.gz"
make -C "$here/workbook" setup SETUP=check </dev/null
