#!/bin/sh
# In the place of a machine: says what it would be started with, an argument a line.
printf 'argument: %s\n' "$@"
