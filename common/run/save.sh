# What keep-disk.sh includes: whether the disk can be written to $SAVE, and how it is.

has_room() { # whether $2 KiB are free where the file $1 is to be, as far as that is known
    free=$(df -Pk "$(dirname "$1")" | sed -n '2s/.* \([0-9][0-9]*\)  *[0-9]*% .*/\1/p')
    [ "${free:-$2}" -ge "$2" ]
}

check_save() {
    [ -n "${DISK:-}" ] || fail "SAVE=$SAVE: there is no disk to save: name one with DISK="
    place=$(readlink -f "$SAVE") && [ ! -d "$place" ] &&
        { [ ! -e "$place" ] || [ -w "$place" ]; } ||
        fail "SAVE=$SAVE: no file can be written there"
    if [ -e "$place" ] && [ ! -f "$place" ]; then
        part=$place # a device, and the like
    else
        part=$place.$$.part # what is there is replaced when all of the disk is written
        touch "$part" 2> "$work/log" && rm "$part" ||
            fail "SAVE=$SAVE: no file can be written there"
        has_room "$part" $((DISK_SIZE / 1024)) ||
            fail "SAVE=$SAVE: there is too little room for the disk: $((DISK_SIZE / 1024)) KiB"
    fi
    has_room "$work/ram" "${MEMORY%K}" ||
        fail "SAVE=$SAVE: the machine's memory, MEMORY=$MEMORY, is a file then, for which" \
            "${TMPDIR:-/tmp} has too little room: name another with TMPDIR="
}

save_disk() {
    # The firmware is at the beginning of RAM as soon as the machine has started.
    [ -n "$(head -c 64 "$work/ram" 2> "$work/log" | tr -d '\0')" ] ||
        fail "SAVE=$SAVE: nothing is written there: the machine has not started"
    # A copy has the mode and the owner of what is there.
    [ "$part" = "$place" ] || [ ! -e "$place" ] || cp -p "$place" "$part" 2> "$work/log" || true
    if tail -c "+$((DISK_START + 1))" "$work/ram" | head -c "$DISK_SIZE" > "$part" &&
        { [ "$part" = "$place" ] || mv "$part" "$place"; }; then
        echo "run: the disk is in $SAVE"
    else
        [ "$part" = "$place" ] || rm -f "$part"
        touch "$work/kept"
        fail "SAVE=$SAVE: it could not be written; the disk is in $work/ram, $DISK_SIZE bytes" \
            "behind the first $DISK_START"
    fi
}
