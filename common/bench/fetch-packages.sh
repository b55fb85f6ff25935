# Fetches Debian 13's Linux for RISC-V, its QEMU to run KVM with, and a shell. An apt that keeps all
# its state in the cache fetches them to unpack them there: nothing of the system changes.
#   usage: fetch-packages.sh DIRECTORY
set -eu
kept=$1 release=trixie
fail() {
    echo "bench: Debian's packages for riscv64 cannot be had: $*" >&2
    exit 1
}
[ ! -e "$kept" ] || exit 0
VERSION_CODENAME=''
[ ! -r /etc/os-release ] || . /etc/os-release
command -v apt-get >/dev/null || fail "there is no apt-get"

echo "bench: fetching Linux, QEMU and BusyBox of Debian $release for riscv64, 160 MB"
mkdir -p "$(dirname "$kept")" 2>/dev/null && work=$(mktemp -d "$kept.XXXXXX" 2>/dev/null) ||
    fail "$kept cannot be written: name another place with WORKBOOK_CACHE="
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/all" "$work/root"

# The mirror is the system's own. For another architecture nothing counts as installed.
mirror=$(apt-get --print-uris update 2>/dev/null |
    sed -n "s|^'\(.*\)/dists/$VERSION_CODENAME/.*|\1|p" | head -n 1)
[ -n "$mirror" ] || fail "apt has no mirror of Debian $VERSION_CODENAME"
echo "deb $mirror $release main" >"$work/sources"
: >"$work/status"
apt() {
    apt-get -q -y -o APT::Architecture=riscv64 -o APT::Architectures=riscv64 \
        -o Dir::State::lists="$work/lists" -o Dir::State::status="$work/status" \
        -o Dir::Cache="$work" -o Dir::Etc::sourcelist="$work/sources" -o Dir::Etc::sourceparts=- \
        -o APT::Sandbox::User=root -o Debug::NoLocking=1 \
        "$@" </dev/null >>"$work/log" 2>&1 || fail "$(grep '^[EW]:' "$work/log" | tail -n 1)"
}
apt update
apt install --download-only --no-install-recommends \
    qemu-system-riscv linux-image-riscv64 busybox-static
for package in "$work"/archives/*.deb; do
    dpkg-deb -x "$package" "$work/all"
done

# Only what kvm.mjs and packages.mjs need: the kernel, its KVM, two programs and all libraries.
mv "$work"/all/boot/vmlinux-* "$work/root/vmlinux"
xz -dc "$work"/all/usr/lib/modules/*/kernel/arch/riscv/kvm/kvm.ko.xz >"$work/root/kvm.ko"
mv "$work"/all/usr/bin/busybox "$work"/all/usr/bin/qemu-system-riscv64 "$work/root"
cp "$work"/all/usr/lib/riscv64-linux-gnu/*.so* "$work/root"
mv -T "$work/root" "$kept" 2>/dev/null || [ -e "$kept" ] # another make was faster
