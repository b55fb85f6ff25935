#!/bin/sh
# Gradescope runs this once, when it builds the image of an assignment: installs what grades.
set -eu
here=${AUTOGRADER:-/autograder}/source
. /etc/os-release
case $ID${VERSION_ID:-} in
    debian1[2-9]) ;;
    *)
        echo "setup: $PRETTY_NAME: the compiler and QEMU are those of Debian 12 or 13: choose an" \
            "image of Debian" >&2
        exit 1
        ;;
esac
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y --no-install-recommends make
make -C "$here/workbook/common/guest" unpack GUEST_BUNDLE="$here/guest-bundle.tar.gz"
make -C "$here/workbook" setup SETUP=check </dev/null
