# SPDX-License-Identifier: MIT
# What the shell rows of a benchmark guest share: `wanted` holds the names that `bench=NAME,NAME` on the kernel command
# line asks for; `row` runs one of them and prints what tools/bench reads. Sourced by busybox's and Debian's sh.
wanted=
for word in $(cat /proc/cmdline); do
  case $word in bench=*) wanted=$(echo "${word#bench=}" | tr , ' ') ;; esac
done

read_clock() { # sets clock to the uptime in hundredths of a second
  read -r up idle </proc/uptime
  clock=${up%.*}${up#*.}
  clock=${clock#0} clock=${clock#0} # a leading zero would mean octal
}
row() { # row NAME COUNT FUNCTION: runs it if wanted; its checksum is the first word that FUNCTION prints
  case " $wanted " in *" $1 "*) ;; *) return ;; esac
  echo "start $1"
  read_clock; begin=$clock
  sum=$("$3" | cut -d' ' -f1)
  read_clock; took=$((clock - begin))
  case $took in ?) took=0$took ;; esac
  case $took in ??) took=0$took ;; esac
  echo "$1 $2 ${took%??}.${took#"${took%??}"} $sum"
}
