# SPDX-License-Identifier: Apache-2.0
# What the rules are to see in a guest; guest_test.py names the alert of each line.
/usr/bin/cat /etc/shadow >/dev/null
/usr/bin/ln -s /etc /tmp/alias
/usr/bin/cat /tmp/alias/shadow >/dev/null
echo data >/tmp/data
/usr/bin/cp /tmp/data /dev/guest-mark
/usr/bin/cp /tmp/data /etc/guest-mark
/guest/nginx
