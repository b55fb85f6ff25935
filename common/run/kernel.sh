# Ends with one line where a kernel's file is none that can be started here: kernel.sh FILE
# How it begins says what it is. A flat program has no sign, so all else passes.
set -eu
file=$1

bytes() { # $2 bytes from $1 on, as hexadecimal digits
    od -A n -t x1 -j "$1" -N "$2" "$file" 2> /dev/null | tr -d ' \n'
}
refuse() {
    echo "run: $file: it is $*" >&2
    exit 1
}
packed() {
    refuse "compressed ($1): unpack it first, with $2"
}
foreign() {
    refuse "a Linux kernel for $1: one for riscv64 is needed"
}

# From chapter 8 on a hypervisor looks itself, which is graded.
[ -s "$file" ] || [ -n "${READS_SIZE:-}" ] || refuse 'empty'
case $file in
    *.S | *.s | *.c | *.cc | *.cpp) refuse "a program's source: GUEST= builds and runs it" ;;
esac
case $(bytes 56 4) in # Linux, "Boot image header in RISC-V Linux"; other CPUs have similar ones
    52534305) exit 0 ;;
    41524d64) foreign 'arm64 (Image)' ;;
esac
case $(bytes 514 4):$(bytes 36 4):$(bytes 1080 6):$(bytes 512 8) in
    48647253:*) foreign 'x86 (bzImage)' ;;
    *:18286f01:*) foreign 'arm (zImage)' ;;
    *:53ef0?000?00:* | *:4546492050415254) refuse 'a disk: DISK= takes it' ;;
esac
case $(bytes 0 16) in
    7f454c46*)
        about=$("$READELF" -hW "$file" 2> /dev/null) || refuse 'a broken ELF file'
        cpu=$(echo "$about" |
            sed -n 's/^ *Class: *//p; s/^ *Data:.*, / /p; s/^ *Machine: */ /p' | tr -d '\n')
        [ "$cpu" = 'ELF64 little endian RISC-V' ] ||
            refuse "a program for another CPU ($cpu): one for riscv64 is needed"
        case $about in *REL\ \(*) refuse 'an object file: link it for 0x80200000' ;; esac
        ;;
    1f8b*) packed gzip gunzip ;;
    fd377a585a00*) packed xz unxz ;;
    5d0000*) packed lzma unlzma ;;
    425a683?314159265359*) packed bzip2 bunzip2 ;;
    02214c18* | 04224d18*) packed lz4 unlz4 ;;
    894c5a4f000d0a1a*) packed lzop 'lzop -d' ;;
    28b52ffd*) packed zstd unzstd ;;
    ????????7a696d67*) refuse 'compressed (EFI zboot): take the Image it was made of' ;;
    4d5a*) refuse 'an EFI program or a kernel for another CPU: an Image for riscv64 is needed' ;;
    27051956* | d00dfeed*) refuse 'packed for U-Boot, or a device tree: take the Image alone' ;;
    cffaedfe* | cefaedfe*) refuse 'a program for macOS: build it for riscv64' ;;
    213c617263683e0a* | edabeedb*) refuse 'a package or an archive: take the kernel out of it' ;;
    68737173*) refuse 'a disk (squashfs): DISK= takes it' ;;
    514649fb*) refuse 'a disk (qcow2): DISK= takes it, after qemu-img convert -O raw' ;;
    30373037303[12]*) refuse 'an archive (cpio): INITRD= takes it' ;;
esac
