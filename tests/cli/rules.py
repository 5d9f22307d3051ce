# SPDX-License-Identifier: Apache-2.0
"""Two rules files: a good one whose shape is not quite right, and a bad one with an error of every
stage. The peer's reports of files like these are the expectations of the tests beside this file."""

EXTRAS = ("container_id=%container.id container_name=%container.name "
          "container_image_repository=%container.image.repository "
          "container_image_tag=%container.image.tag k8s_pod_name=%k8s.pod.name "
          "k8s_ns_name=%k8s.ns.name")

GOOD = """- list: my_shells
  items: [bash, sh]
- macro: opened
  condition: (evt.type in (open,openat,openat2) and fd.num>=0)
- rule: Shadow opened
  desc: a process opens the shadow file
  condition: opened and fd.name=/etc/shadow and not proc.name in (my_shells)
  output: Shadow opened (user=%user.name command=%proc.cmdline file=%fd.name \
parent=%proc.pname cport=%fd.cport q="x")
  priority: WARNING
  tags: [filesystem, mitre_credential_access]
- rule: Odd link
  desc: link created
  condition: evt.type in (symlink, symlinkat) and evt.arg.target contains shadow
  output: Link %evt.arg.linkpath to %evt.arg.target
  priority: info
"""

# The rule stands at byte 53 and its priority at byte 164, as in what is known of the peer; its word
# is no beginning of a priority, which old files may have.
BAD = """- macro: m
  condition: proc.name = cat and nosuch
- rule: One
  desc: d
  condition: evt.type=open and proc.nme=a123456
  output: a %fd.nme %proc.name
  priority: LOUD
- rule: Two
  desc: d
  condition: evt.type = open and (proc.name = a
  output: o
  priority: WARNING
  frob: 1
- rule: Three
  condition: evt.type = open and m
  output: o
  priority: WARNING
"""
