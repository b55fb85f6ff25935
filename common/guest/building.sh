# What linux.sh includes: how Linux is built, and what is said meanwhile.

if [ -t 1 ]; then every=1 clear='\r\033[K' end=''; else every=10 clear='' end='\n'; fi
progress() { # in place on a terminal, else a line now and then
    [ "$series" = 6.1 ] && files=1330 || files=1470
    trap 'kill -KILL $!; exit' USR1
    while sleep $every >/dev/null 2>&1 & wait $!; do
        printf "${clear}guest Linux: %d of about $files files, %d s$end" \
            "$(grep -c '^  ' "$log")" $(($(date +%s) - start))
    done
}

kbuild() { # in a clean environment: nothing given to our make is meant for the kernel's
    exec env -i PATH="$PATH" LC_ALL=C make -C "$work" -j"$(nproc)" ARCH=riscv \
        LLVM="${LLVM_SUFFIX:-1}" KBUILD_BUILD_USER=guest KBUILD_BUILD_HOST=workbook \
        KBUILD_BUILD_TIMESTAMP="$(date -u -r "$source")" KCONFIG_ALLCONFIG="$config" "$@" \
        </dev/null >>"$log" 2>&1
}

interruptible() { # a command that takes long: what ends us ends it
    [ -n "$ended" ] || watched "$@"
    [ -z "$ended" ] || exit 130
    return "$status"
}
