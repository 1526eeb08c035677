# SPDX-License-Identifier: MIT
# Completion for bash. What can follow comes from the program itself, so it is always what this version has.

_myna_names() { # the first words of a list that the program prints, between quotes or not
  "$1" "$2" help 2>/dev/null | sed -n -e 's/^name "\([^"]*\)".*/\1/p' -e '/^name "/!s/^ *\([a-z][a-z0-9._-]*\)\( .*\)\{0,1\}$/\1/p'
}

_myna() {
  local program=$1 word=$2 before=$3 words=
  case $before in
    -M|-machine|-cpu|-device|-accel|-display|-netdev) words=$(_myna_names "$program" "$before") ;;
    --arch) words="riscv64 riscv32 aarch64" ;;
    --display) words="window none vnc=" ;;
    --net) words="user user,ssh=auto none" ;;
    -kernel|-initrd|-bios|-dtb|-pidfile|-D|-pflash|--disk) COMPREPLY=($(compgen -f -- "$word")); return ;;
  esac
  if [ -z "$words" ] && [ "$COMP_CWORD" -eq 1 ] && [[ $program != *-system-* ]]; then
    words="run doctor"
  fi
  if [ -z "$words" ] && [[ $word == --* || ${COMP_WORDS[1]} == run && $word == -* ]]; then
    words="--arch --mem --cpus --disk --append --net --display --dry-run --help"
  elif [ -z "$words" ] && [[ $word == -* ]]; then
    words=$("$program" -help 2>/dev/null | sed -n 's/^  \(-[^ ]*\).*/\1/p')
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  [ -n "$words" ] || COMPREPLY=($(compgen -f -- "$word"))
}
complete -o filenames -F _myna myna myna-system-riscv64 myna-system-riscv32 myna-system-aarch64
