# How ./dev speaks: one line per step, and one line with the way out when it stops.

say() { printf '· %s\n' "$*"; }

heading() { printf '\n== %s\n' "$*"; }

die() {
  printf 'dev: %s\n' "$*" >&2
  exit 1
}

# at_exit COMMAND: run it when the script ends, however it ends; the last one first.
at_exit_commands=()
at_exit() { at_exit_commands=("$1" "${at_exit_commands[@]}"); }

run_at_exit() {
  local status=$? command
  trap '' INT TERM # a second Ctrl-C must not leave half of it behind
  for command in "${at_exit_commands[@]}"; do
    "$command" || true
  done
  exit "$status"
}
trap run_at_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
