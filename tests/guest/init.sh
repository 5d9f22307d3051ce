#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The first process of a guest: makes it a machine, runs the checks one after the other and powers
# off. Between two lines on the console, "#begin NAME" and "#end NAME STATUS", stands what a check
# printed; guest_test.py judges it. guest_test.py writes /guest/settings (SENSOR, TESTS, ...).
PATH=/usr/bin:/usr/sbin:/bin:/sbin
export PATH HOME=/root TERM=dumb
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
for folder in /dev/pts /dev/shm /sys/fs/cgroup /sys/kernel/tracing /sys/kernel/security; do
    mkdir -p $folder
done 2>/dev/null
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
[ -n "$(ls -A /tmp)" ] || mount -t tmpfs tmpfs /tmp # the programs may lie there
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tracefs tracefs /sys/kernel/tracing
mount -t securityfs securityfs /sys/kernel/security
chmod 1777 /tmp /dev/shm
for module in /guest/modules/*.ko; do insmod "$module"; done
hostname guest
ip link set lo up
. /guest/settings

check() {
    name=$1
    shift
    echo "#begin $name"
    "$@" 2>&1
    echo "#end $name $?"
}

# Starts the sensor, does what rules look for, ends it. Prints its alerts and its log.
alerts() {
    "$SENSOR" -c /guest/falco.yaml -r /guest/rules -U -o json_output=true \
        -o engine.cache_dir=/tmp/cache --ready-fd 3 3>/tmp/ready >/tmp/alerts 2>/tmp/log &
    sensor=$!
    waited=0
    while ! grep -q ready /tmp/ready && kill -0 $sensor 2>/dev/null && [ $waited -lt 300 ]; do
        sleep 1
        waited=$((waited + 1))
    done
    echo "ready after $waited s"
    # Alerts are to come through the filter, which takes its time here.
    while ! grep -q "The kernel drops" /tmp/log && kill -0 $sensor 2>/dev/null &&
        [ $waited -lt 300 ]; do
        sleep 1
        waited=$((waited + 1))
    done
    /usr/bin/sh /guest/actions.sh
    sleep 2
    kill -INT $sensor 2>/dev/null
    wait $sensor
    status=$?
    cat /tmp/log /tmp/alerts
    return $status
}

uname -r
check doctor "$SENSOR" doctor
check alerts alerts
check kernel_tests setsid "$TESTS"
poweroff -f
