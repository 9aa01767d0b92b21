#!/bin/sh
# Starts one worker on each of the hosts below; all of them train one sweep in one PostgreSQL database.
# Change the lines marked FILL IN, then:
#
#   sh @FILE@
#
# The workers go on when you log out, each with its log in the folder. Run this again at any time, also
# with other hosts: a worker that finds nothing left to do ends with 0.
set -eu

# FILL IN: the hosts, as ssh knows them, with keys that need no password.
hosts='host1.example.org host2.example.org'

# FILL IN: a folder that is there on every host, with the sweep and its data.
folder=$HOME/sweeps
sweep=sweep.yaml

# FILL IN: the database, without a password: that is in ~/.pgpass on every host.
# Without a server of your own: hpsearch server start ~/pg --host "$(hostname)"
# on a machine that all hosts reach prints this URL and the lines of the password.
db=postgresql://hpsearch@FILL-IN.example.org/hpsearch

# A word as the shell of the other host reads it back.
quoted() {
  printf "'%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")"
}

# A worker trains one trial on each core; to leave some free, add --workers N.
run="nohup hpsearch run $(quoted "$sweep") --join --db $(quoted "$db")"

failed=0
for host in $hosts; do
  log=$(quoted "hpsearch-$host.log")
  worker="cd $(quoted "$folder") && { $run >>$log 2>&1 </dev/null & echo \$! ; }"
  if pid=$(ssh -n -o BatchMode=yes "$host" "exec sh -c $(quoted "$worker")"); then
    echo "$host: process $pid; to stop it, which loses nothing: ssh $host kill $pid"
  else
    echo "$host: no worker was started" >&2
    failed=1
  fi
done
exit $failed
