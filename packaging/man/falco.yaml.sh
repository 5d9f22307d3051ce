#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints the manual page falco.yaml(5): how the file is read, then the file itself, whose comments
# are the reference.
#
#   falco.yaml.sh CONFIG VERSION
set -eu
cat <<PAGE
.\" Made by packaging/man/falco.yaml.sh.
.TH FALCO.YAML 5 "" "falco\-ebpf $2"
.SH NAME
falco.yaml \- configuration of falco\-ebpf
.SH DESCRIPTION
.B falco\-ebpf
(8) reads /etc/falco/falco.yaml, or the file named with
.BR \-c .
A falco.yaml of Falco can be used unchanged. What a file does not say has the default shown below.
.PP
The files of
.B config_files
are merged behind it, by top\-level key: lists are extended, anything else is replaced whole
(strategy append; override and add\-only are the others). An option
.B \-o KEY=VALUE
on the command line beats every file. In values,
.B \${NAME}
is replaced from the environment.
.PP
The package writes /etc/falco/config.d/falco\-ebpf.yaml, which turns its own rules on, where there
was neither a falco.yaml nor a falco_rules.yaml as it was installed.
.SH FILES
.TP
/etc/falco/falco.yaml
The configuration.
.TP
/etc/falco/config.d
More of it.
.TP
/etc/falco/falco_rules.yaml, falco_rules.local.yaml, rules.d
Rules: public ones, your own, and a folder of more.
.TP
/etc/falco/falco\-ebpf_rules.yaml
The rules that come with falco\-ebpf.
.SH EVERY KEY WITH ITS DEFAULT
.nf
PAGE
sed -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/^\([.']\)/\\\\\&\1/" "$1"
cat <<PAGE
.fi
.SH SEE ALSO
.BR falco\-ebpf (8),
.BR falco\-rulec (1)
PAGE
