#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Inside the container of boot_test.py: drives the unit and notes what it sees, as NAME=VALUE.
#   driver.sh [notifies]      the sensor tells systemd when it is ready, reloaded, alive
unit=falco-ebpf.service
alerts=/var/log/falco/alerts.txt
note() { echo "$1=$2" >>/result; }
show() { systemctl show -P "$1" "$unit"; }

# await SECONDS COMMAND: yes or no
await() {
    left=$(($1 * 5))
    shift
    while [ $left -gt 0 ]; do
        if "$@" >/dev/null 2>&1; then
            echo yes
            return
        fi
        sleep 0.2
        left=$((left - 1))
    done
    echo no
}
secret_read_alerted() {
    cat /etc/shadow
    grep -q 'Secret file read' "$alerts"
}
new_rule_alerted() {
    /usr/bin/env true
    grep -q 'reloaded rule fired' "$alerts"
}
fed_twice() { [ "$(show WatchdogTimestampMonotonic)" -gt $((first + 2000000)) ]; }
restarted() { [ "$(show NRestarts)" -ge 1 ] && [ "$(show ActiveState)" = active ]; }

note alert "$(await 90 secret_read_alerted)"
note state "$(show ActiveState)"
for name in falco falco-modern-bpf falco-kmod falco-custom; do
    note "name_$name" "$(systemctl is-active $name.service)"
done
pid=$(show MainPID)
for line in CapBnd NoNewPrivs Seccomp; do
    note $line "$(sed -n "s/^$line:[[:space:]]*//p" "/proc/$pid/status")"
done
note mode_cache "$(stat -c %a /var/cache/falco-ebpf)"
note mode_spool "$(stat -c %a /var/spool/falco-ebpf)"

if [ "${1:-}" = notifies ]; then
    mkdir -p /etc/falco/rules.d
    cat >/etc/falco/rules.d/new.yaml <<'X'
- rule: New
  desc: new
  condition: evt.type = execve and proc.name = true
  output: reloaded rule fired
  priority: WARNING
X
    systemctl reload falco.service
    note reload "$(await 60 new_rule_alerted)"
    [ "$(show MainPID)" = "$pid" ] && note reload_pid same || note reload_pid other
    first=$(show WatchdogTimestampMonotonic)
    note fed "$(await 30 fed_twice)"
    kill -STOP "$pid"
    note restarted "$(await 90 restarted)"
fi
systemctl stop "$unit"
note stopped "$(show ActiveState)"
note result "$(show Result)"
journalctl -u "$unit" --no-pager >/journal 2>&1
systemctl poweroff --no-block
