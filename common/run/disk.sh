# Ends with one line where a disk's file holds a disk in another form: disk.sh FILE
# The guest sees the bytes of the file, so it would find no file system there.
set -eu
file=$1
refuse() {
    echo "run: $file: it is $*" >&2
    exit 1
}
packed() {
    refuse "compressed ($1): unpack it first, with $2"
}
image() {
    refuse "a disk as $1 stores it: make a raw one first, with qemu-img convert -O raw"
}

case $(od -A n -t x1 -N 16 "$file" | tr -d ' \n') in
    1f8b08*) packed gzip gunzip ;;
    fd377a585a00*) packed xz unxz ;;
    425a683?314159265359*) packed bzip2 bunzip2 ;;
    28b52ffd*) packed zstd unzstd ;;
    514649fb*) image 'QEMU (qcow2)' ;;
    4b444d56*) image 'VMware (VMDK)' ;;
    7668647866696c65*) image 'Hyper-V (VHDX)' ;;
    3c3c3c204f7261636c65*) image 'VirtualBox (VDI)' ;;
esac
