# Prints where make was started: started.sh PWD, run by make itself in the directory where it is.
# That is here; with -C, which has brought make here, where the shell is. PWD is the shell's
# variable, which other programs pass on as they have got it: so it counts where the shell still is.
set -eu

arguments() { # of process $1
    if [ -d "/proc/$1" ]; then tr '\0' ' ' < "/proc/$1/cmdline"; else ps -o args= -p "$1"; fi
}
parent() {
    if [ -d "/proc/$1" ]; then sed -n 's/^PPid:[[:space:]]*//p' "/proc/$1/status"
    else ps -o ppid= -p "$1" | tr -d ' '; fi
}
place() {
    if [ -d "/proc/$1" ]; then readlink "/proc/$1/cwd"
    else lsof -a -d cwd -F n -p "$1" | sed -n 's/^n//p'; fi
}

here=$(pwd)
case " $(arguments "$PPID" 2> /dev/null)" in
    *' -C'* | *' --dir'* | *' -'[a-zA-Z]*'C '*)
        shell=$(place "$(parent "$PPID")" 2> /dev/null) || shell=
        [ -z "$shell" ] || [ ! "$shell" -ef "$1" ] || here=$1
        ;;
esac
echo "$here"
