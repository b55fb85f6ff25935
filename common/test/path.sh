#!/bin/sh
# Prints the PATH for the tests: a directory of links to what the packages of tools.txt bring, and
# those that Debian calls essential. So a program that the list lacks is missing on any machine.
#   usage: path.sh DIRECTORY GROUP…
set -eu
doctor=$(dirname "$0")/../install/doctor.sh directory=$1
shift

essential=$(dpkg-query -W -f '${Essential} ${Package}\n' 2>/dev/null | sed -n 's/^yes //p')
if [ -z "$essential" ]; then
    echo "tests: not on Debian, so they use any program that is here, listed or not" >&2
    echo "$PATH:/usr/sbin:/sbin"
    exit
fi

mkdir -p "$(dirname "$directory")"
new=$(mktemp -d "$directory.XXXXXX")
found=$(sh "$doctor" found "$@")
{ # a tool that is there goes before one of the same name in a package
    echo "$found" | cut -d ' ' -f 2-
    dpkg-query -L $essential $(echo "$found" | cut -d ' ' -f 1) 2>/dev/null |
        grep -E '^(/usr)?/s?bin/'
} | awk -F / '!seen[$NF]++' | tr '\n' '\0' | xargs -0 ln -s -t "$new"
rm -rf "$directory"
mv "$new" "$directory"
echo "$directory"
