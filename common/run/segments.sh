# What an ELF file puts where, by its program headers (System V ABI, "Program Header"), at physical
# addresses: segments.sh FILE. It prints, for flatten.sh:
#
#   low=… end=…     the memory that it is, .bss as well
#   entry=…         where its first instruction is
#   linux=yes       it begins with the header of a Linux Image, and may go anywhere
#   segments='…'    a line each, lowest first: address, offset in the file, bytes of the file
set -eu
elf=$1
ram=$((0x80000000))

fail() {
    echo "run: $elf: $*" >&2
    exit 1
}
value() { # of a hexadecimal number: with 64 bits it is a negative one for the shell
    digits=0000000000000000${1#0x}
    digits=${digits#"${digits%????????????????}"}
    echo $((0x${digits%????????} << 32 | 0x${digits#????????}))
}
field() { # of the ELF header
    echo "$about" | sed -n "s/^ *$1: *\([^ ]*\).*/\1/p"
}

about=$("$READELF" -hlW "$elf" 2> /dev/null) || fail 'it is a broken ELF file'
first=$(value "$(field 'Entry point address')")
headers=$(($(field 'Start of program headers') + $(field 'Number of program headers') * 56))
file_size=$(($(wc -c < "$elf")))

segments='' low='' end='' entry='' linux=''
while read -r address virtual offset bytes size _; do
    place=$(value "$address") offset=$((offset)) bytes=$((bytes)) size=$(value "$size")
    # Some linkers load the file's headers as well, for nobody and nowhere.
    [ "$size" -ne 0 ] && { [ "$offset" -ne 0 ] || [ "$bytes" -gt "$headers" ]; } || continue
    if [ -z "$low" ]; then
        low=$place end=$place
        case $(tail -c "+$((offset + 57))" "$elf" | od -A n -t x1 -N 4) in
            *52*53*43*05) linux=yes ;; # RSC\x05
        esac
    fi
    [ "$size" -ge "$bytes" ] && [ $((offset + bytes)) -le "$file_size" ] ||
        fail 'it is a broken ELF file'
    [ -n "$linux" ] || [ "$place" -ge "$ram" ] ||
        fail "it goes to $address (p_paddr), where a guest has no RAM: link it for 0x80200000"
    [ "$place" -ge "$end" ] || fail "two of its segments go to $address: link it anew"
    inside=$((first - $(value "$virtual")))
    [ "$inside" -lt 0 ] || [ "$inside" -ge "$size" ] || entry=$((place + inside))
    end=$((place + size))
    segments="$segments$place $offset $bytes
"
done << EOF
$(echo "$about" | LC_ALL=C sed -n \
    's/^ *LOAD  *\([^ ]*\)  *\([^ ]*\)  *\([^ ]*\) /\3 \2 \1 /p' | sort)
EOF
[ -n "$low" ] || fail 'it has nothing to load: link it for 0x80200000'
[ -n "$entry" ] || fail "its entry, $(field 'Entry point address'), is not in it: link it anew"
echo "low=$low end=$end entry=$entry linux=$linux"
echo "segments='$segments'"
