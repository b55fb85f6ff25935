#!/bin/sh
# Makes the inside of a box, in namespaces that are new, and goes on as COMMAND in it:
#   enter.sh PLACE USER SIZE [FROM AT]… -- COMMAND…
#
#   PLACE    an empty or unimportant directory, over which the new root is mounted
#   USER     the number of who owns the scratch file system
#   SIZE     bytes of that, of which COMMAND can write nothing else
#   FROM AT  a file or directory outside, and where it can be read inside
#
# What is done is named on descriptor 3, before it is done; last comes `ready` and the number that
# this process has outside.
set -eu
place=$1 user=$2 size=$3
shift 3

# /proc is still the one outside.
read -r id _ </proc/self/stat

echo 'a file system in memory, with a fixed size' >&3
mount -t tmpfs -o mode=755,size=4M,nr_inodes=4096 box "$place"
cd "$place"
mkdir scratch proc dev etc outside
mount -t tmpfs -o "mode=700,uid=$user,gid=$user,size=$size,nr_inodes=8192,nosuid,nodev,noexec" \
    scratch scratch

echo 'what is outside, mounted to be read inside' >&3
while [ "$1" != -- ]; do
    from=$1 at=.$2
    shift 2
    mkdir -p "${at%/*}"
    if [ -h "$from" ]; then
        ln -s "$(readlink "$from")" "$at"
        continue
    elif [ -d "$from" ]; then
        mkdir -p "$at"
    elif [ ! -e "$at" ]; then
        : >"$at"
    fi
    mount --rbind "$from" "$at"
done
shift

echo 'devices' >&3
for name in null zero full random urandom; do
    : >dev/$name
    mount --bind /dev/$name dev/$name
done
ln -s /proc/self/fd dev/fd

# The flags that a mount has already stay: a namespace of a user may not take them away.
echo 'mounts made read-only' >&3
here=$(pwd -P)
while read -r _ _ _ _ at flags _; do
    at=$(printf %b "$at")
    case $at in
        "$here/scratch") ;;
        "$here/dev/"*) mount -o "remount,bind,$flags,ro,nosuid,noexec" none "$at" ;;
        "$here" | "$here/"*) mount -o "remount,bind,$flags,ro,nosuid,nodev" none "$at" ;;
    esac
done </proc/self/mountinfo

echo 'a /proc of its own' >&3
mount -t proc -o nosuid,nodev,noexec,subset=pid proc proc

# In a namespace of a user there are no further ones. As root this would be the machine's number.
if [ "$user" = 0 ]; then
    echo 'no namespaces within' >&3
    echo 0 >/proc/sys/user/max_user_namespaces
fi

echo 'another root directory' >&3
pivot_root . outside
cd /
PATH=/usr/bin:/bin:/usr/sbin:/sbin
umount -l /outside
echo "ready $id" >&3
exec "$@" 3>&-
