# What an operator has in /etc/falco stays as it is, whoever put it there, and Falco's package can
# come back to it. So falco.yaml and falco_rules.local.yaml are in no package's list: they are
# written where they are missing, brought up to date while nobody changed them, and go away with us.
# As conffiles they would be taken from Falco's package, which would then ask about each of them.
etc=/etc/falco
shipped=/usr/share/falco-ebpf/etc
state=/var/lib/falco-ebpf
before=$state/before   # all of /etc/falco as it was before us
written=$state/written # a line for each file that we wrote: its sum and name

exists() { [ -e "$1" ] || [ -h "$1" ]; }
sum_of() { sha256sum "$1" 2>/dev/null | cut -d ' ' -f 1; }
written_sum() { [ ! -e "$written" ] || sed -n "s/ $1\$//p" "$written"; }

forget() {
    [ -e "$written" ] || return 0
    grep -v " $1\$" "$written" >"$written.new" || true
    mv -f "$written.new" "$written"
}

# Falco's package takes its rules with it when it makes room: they are copied while they are there.
remember() {
    [ -d "$etc" ] || return 0
    mkdir -p "$state"
    chmod 0700 "$state"
    rm -rf "$before"
    cp -a "$etc" "$before"
}

bring_back() {
    [ -d "$before" ] || return 0
    mkdir -p "$etc"
    (cd "$before" && find . ! -type d) | while read -r file; do
        exists "$etc/$file" && continue
        mkdir -p "$etc/$(dirname "$file")"
        cp -a "$before/$file" "$etc/$file"
    done
}

# A machine that has neither configuration nor public rules gets our rules, turned on.
note_fresh() {
    if exists "$etc/falco.yaml" || exists "$etc/falco_rules.yaml"; then return 0; fi
    mkdir -p "$state"
    chmod 0700 "$state"
    : >"$state/fresh"
}

write_configuration() {
    mkdir -p "$etc/config.d" "$etc/rules.d" "$state"
    chmod 0700 "$state"
    for name in falco.yaml falco_rules.local.yaml; do
        old=$(written_sum "$name")
        new=$(sum_of "$shipped/$name")
        if ! exists "$etc/$name"; then
            [ -z "$old" ] || continue # taken away on purpose
        elif [ -z "$old" ] || [ "$old" = "$new" ]; then
            continue
        elif [ "$(sum_of "$etc/$name")" != "$old" ]; then
            cp "$shipped/$name" "$etc/$name.dpkg-dist"
            echo "falco-ebpf: $etc/$name was changed and stays; the new one is $name.dpkg-dist"
            continue
        fi
        cp "$shipped/$name" "$etc/$name.new"
        mv -f "$etc/$name.new" "$etc/$name"
        forget "$name"
        echo "$new $name" >>"$written"
    done
}

# What we wrote and nobody changed. Anything else is the operator's.
unwrite_configuration() {
    for name in falco.yaml falco_rules.local.yaml; do
        old=$(written_sum "$name")
        if [ -n "$old" ] && [ "$(sum_of "$etc/$name")" = "$old" ]; then
            rm -f "$etc/$name"
            forget "$name"
        fi
    done
}

own_rules=$etc/config.d/falco-ebpf.yaml
turn_own_rules_on() {
    if [ -e "$state/fresh" ]; then
        mkdir -p "$etc/config.d"
        exists "$own_rules" || cp /usr/share/falco-ebpf/own-rules.yaml "$own_rules"
        rm -f "$state/fresh"
    elif [ -e "$state/falco-ebpf.yaml" ]; then # removed and here again
        mkdir -p "$etc/config.d"
        mv -f "$state/falco-ebpf.yaml" "$own_rules"
    fi
}

# Falco itself may come back and read this folder: our rules are not for it.
turn_own_rules_off() {
    exists "$own_rules" || return 0
    mkdir -p "$state"
    mv -f "$own_rules" "$state/falco-ebpf.yaml"
}

# The public rules went with Falco's package before anybody could copy them. The package itself may
# still be around; if not, our rules watch until they are back.
recover_public_rules() {
    exists "$etc/falco_rules.yaml" && return 0
    grep -q falco_rules.yaml "$etc/falco.yaml" 2>/dev/null || return 0
    for archive in /var/cache/apt/archives/falco_*.deb; do
        [ -e "$archive" ] || continue
        dpkg-deb --fsys-tarfile "$archive" | tar -C / -x --skip-old-files ./etc/falco 2>/dev/null ||
            continue
    done
    exists "$etc/falco_rules.yaml" && return 0
    : >"$state/fresh"
    echo 'falco-ebpf: falco_rules.yaml went away with the package of Falco; until it is back, the'
    echo "falco-ebpf: rules of falco-ebpf are on ($own_rules)"
}

# Paths that a kept configuration names and the unit would close: opened by a drop-in.
open_paths() {
    unit=/etc/systemd/system/falco-ebpf.service.d
    if [ ! -r "$etc/falco.yaml" ] || exists "$unit/50-paths.conf"; then return 0; fi
    lines=$(sed -n -E \
        's/^ *(filename|output_file|path_prefix): *["'\'']?(\/[^"'\'' #]*)\/[^/]*$/\2/p' \
        "$etc/falco.yaml" | grep -vE '^/(var|srv|opt|mnt|media|tmp|dev|run)(/|$)' | sort -u |
        sed 's/^/ReadWritePaths=-/') || true
    if grep -vE '^ *#' "$etc/falco.yaml" | grep -qE '(^|[^[:alnum:]])/(home|root)/'; then
        lines="$lines
ProtectHome=read-only"
    fi
    [ -n "$lines" ] || return 0
    mkdir -p "$unit"
    {
        echo '# Made as falco-ebpf was installed: what falco.yaml names.'
        echo '[Service]'
        echo "$lines" | grep -v '^$'
    } >"$unit/50-paths.conf"
}

folders() {
    mkdir -p /var/spool/falco-ebpf /var/cache/falco-ebpf /var/log/falco
    chmod 0700 /var/spool/falco-ebpf /var/cache/falco-ebpf
    chmod 0750 /var/log/falco
}

remove_folders() {
    rm -rf "$state" /var/cache/falco-ebpf /var/spool/falco-ebpf
    rm -f /etc/systemd/system/falco-ebpf.service.d/50-paths.conf
    rmdir /etc/systemd/system/falco-ebpf.service.d /var/log/falco "$etc/config.d" "$etc/rules.d" \
        "$etc" 2>/dev/null || true
}
