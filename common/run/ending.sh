# Says so if a run has ended as its chapter does: ending.sh NUMBER DIRECTORY
# There `last` is the end of the console, and `ended` what was said if the run was ended.
set -eu
here=$(dirname "$0")
number=$1 work=$2
touch "$work/ended"
last=$(cat "$work/last" "$work/ended" | tr -d '\r' | tail -n 2 | paste -s -d / -)

while IFS='|' read -r step pattern words; do
    [ "$step" = "$number" ] || continue
    case $last in
        $pattern) echo "run: step $step ends here: $words" ;;
    esac
done < "$here/endings.txt"
