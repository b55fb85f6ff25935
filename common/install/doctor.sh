#!/bin/sh
# Looks for the tools of some groups of tools.txt. make calls it, with LLVM_SUFFIX and QEMU set.
#   doctor.sh check GROUP…      silent when all is there, else says what is not, and fails
#   doctor.sh report GROUP…     a line on every tool; what no hypervisor needs is no failure
#   doctor.sh packages GROUP…   only the names of the packages that bring what is missing
#   doctor.sh found GROUP…      of each tool that is there its package, and where it is
set -u
mode=$1
shift
: "${QEMU:=qemu-system-riscv64}"
ID='' VERSION_ID=''
[ ! -r /etc/os-release ] || . /etc/os-release
[ "$ID$VERSION_ID" = debian12 ] && release='\1' || release='\2'
firmware=share/qemu/opensbi-riscv64-generic-fw_dynamic.bin
firmware=/usr/$firmware,/usr/local/$firmware,/opt/*/$firmware

find_tool() ( # the first of $1 that is there: commands, or files by pattern
    case $1 in /*) [ ! -f "$1" ] || { echo "$1" && return; } ;; esac
    IFS=,
    for name in $1; do
        case $name in
            */*) [ ! -e "$name" ] || { echo "$name" && return; } ;;
            *) command -v "$name" && return ;;
        esac
    done
)

status=0 packages='' groups=''
while read -r group names least package purpose; do
    case " $* " in *" $group "*) ;; *) continue ;; esac
    [ "$names" != QEMU ] || names=$QEMU # it may have any name
    tool=$(find_tool "$names") version='' wrong=''
    says=$tool # clang-19 says its version in its name
    [ "$names" != "$QEMU" ] || says=${tool:+QEMU}
    case $least:$says in
        *:)
            tool=$names wrong='MISSING: '
            [ "$names" = "$QEMU" ] || tool=${names%%,*}
            ;;
        -:* | *-[1-9][0-9]) ;; # any version will do, or the name says it
        *)
            version=$("$tool" --version </dev/null 2>/dev/null |
                sed -n '/[0-9]\./{s/^[^0-9]*\([0-9.]*\).*/\1/p;q;}')
            lowest=$(printf '%s\n' "$least" "$version" | sort -V | head -n 1)
            [ "$lowest" = "$least" ] || wrong="TOO OLD, $least is needed: "
            [ -n "$version" ] ||
                wrong='TELLS NO VERSION, so it does not run or is another program: '
            ;;
    esac
    case $package-$version in # QEMU's issue 1925: its guest-loader is too early for the device tree
        qemu-system-*-8.1.[0-3])
            wrong='LOADS NO GUEST, use 7.2 to 8.0, or 8.1.4 and newer: ' package=''
            ;;
    esac
    if [ -n "$wrong" ]; then # no package has a QEMU that was named
        [ "$names" != "$QEMU" ] || [ "$QEMU" = qemu-system-riscv64 ] || package=''
        packages="$packages${package:+ $package}"
        case " run guest $groups " in
            *" $group "*) ;;
            *) groups="$groups${groups:+ }$group" ;;
        esac
        case $mode$group in
            reportstrict | reporttest | reportbook | reportpdf) ;;
            *) status=1 ;;
        esac
    fi
    case $mode$wrong in
        packages* | check | found?*) ;;
        found) echo "$package $tool" ;;
        *) printf '%-6s %-17s %s\n' "$group" "$purpose" "$wrong$tool${version:+ $version}" ;;
    esac
done <<EOF
$(sed "/^#/d; s/-NN/$LLVM_SUFFIX/g; s:FIRMWARE:$firmware:
       s/{\(.*\)\/\(.*\)}/$release/" "$(dirname "$0")/tools.txt")
EOF

case $mode in
    packages) echo "$packages" && exit 0 ;;
    found) exit 0 ;;
esac
if [ -n "$packages" ] && command -v apt-get >/dev/null; then
    case $groups in *' '*) groups="'$groups'" ;; esac
    echo "\`make setup${groups:+ SETUP=$groups}\` at the top of the checkout installs it;" \
        "or: apt-get install --no-install-recommends$packages"
elif [ -n "$packages" ]; then
    echo "Not on Debian? GUEST_BUNDLE=file, packed there by \`make guest-bundle\`, saves most:"
    echo "  Fedora:   dnf install clang lld llvm dtc qemu-system-riscv"
    echo "  Homebrew: brew install llvm lld dtc qemu, and llvm's bin directory on the PATH"
    echo "For the book: nodejs npm git ctags doxygen; node git universal-ctags doxygen"
fi
exit $status
