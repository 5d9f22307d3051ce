#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the two libraries that the static programs need and Debian has in no usable static form:
# libcurl.a asks for Kerberos, librdkafka.a for SASL with every database there is. Both are made
# from the Debian source packages, with Debian's security patches, and with only what is used: HTTP
# and TLS, HTTP/2 for container runtimes; Kafka with TLS, PLAIN, SCRAM and OAUTHBEARER.
#
#   packaging/static.sh FOLDER       leaves FOLDER/lib/*.a, include/, lib/pkgconfig/, packages.tsv
#
# The sources come by apt, checked by its keys, through settings of our own: nothing of the system's
# is changed. Called again with the same versions at hand it returns at once. Needs the packages of
# packaging/deps.sh (groups build and package). packages.tsv (name, version, licence) is for the
# list of parts.
set -euo pipefail
[ $# -eq 1 ] || { echo 'usage: packaging/static.sh FOLDER' >&2; exit 2; }
mkdir -p "$1"
prefix=$(cd "$1" && pwd)
script=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/static.sh
jobs=${JOBS:-$(nproc)}

# What the result depends on: this file, and the version of each -dev package of this system.
key() {
    sha256sum <"$script"
    dpkg-query -W -f '${source:Package} ${source:Version}\n' libcurl4-openssl-dev librdkafka-dev \
        libssl-dev zlib1g-dev libzstd-dev libnghttp2-dev
}
if [ -e "$prefix/.key" ] && [ "$(key)" = "$(cat "$prefix/.key")" ]; then
    exit 0
fi
rm -rf "$prefix/.key" "$prefix/lib" "$prefix/include" "$prefix/packages.tsv"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
run() {
    if ! "$@" >"$work/log" 2>&1 </dev/null; then
        tail -n 40 "$work/log" >&2
        echo "static.sh: failed: $*" >&2
        exit 1
    fi
}

# The system's own archives, as sources of source packages.
mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial" "$work/apt/sources"
for file in /etc/apt/sources.list.d/*.sources; do
    [ -e "$file" ] || continue
    sed 's/^Types:.*/Types: deb-src/' "$file" >"$work/apt/sources/$(basename "$file")"
done
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ -e "$file" ] || continue
    sed -n 's/^deb /deb-src /p' "$file" >"$work/apt/sources/$(basename "$file" .list).list"
done
chmod -R a+rX "$work"
source_apt() {
    run apt-get -q -y -o Dir::Etc::sourcelist=/dev/null \
        -o Dir::Etc::sourceparts="$work/apt/sources" -o Dir::State::lists="$work/apt/lists" \
        -o Dir::Cache="$work/apt/cache" \
        -o APT::Sandbox::User=root -o Acquire::Retries=3 "$@"
}

# fetch SOURCE BINARY: unpacks into $work/SOURCE the version of the installed BINARY, or where the
# archive has moved on the one it has.
fetch() {
    local version
    version=$(dpkg-query -W -f '${source:Version}' "$2")
    cd "$work"
    (source_apt source --download-only "$1=$version") 2>/dev/null ||
        source_apt source --download-only "$1"
    run dpkg-source --no-check -x "$1"_*.dsc "$work/$1"
    version=$(sed -n 's/^Version: //p' "$1"_*.dsc | head -n 1)
    printf '%s\t%s\t%s\n' "$1" "$version" "$3" >>"$prefix/packages.tsv"
}

# make_library SOURCE OPTION...: static, position independent, hardened as Debian's own
make_library() {
    local name=$1
    shift
    run cmake -G Ninja -S "$work/$name" -B "$work/$name-build" -DCMAKE_BUILD_TYPE=Release \
        -DCMAKE_C_FLAGS='-O2 -g0 -fstack-protector-strong -fPIE -D_FORTIFY_SOURCE=2 -w' \
        -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_INSTALL_LIBDIR=lib -DBUILD_SHARED_LIBS=OFF \
        -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_FIND_LIBRARY_SUFFIXES='.a;.so' "$@"
    run cmake --build "$work/$name-build" -j "$jobs"
    run cmake --install "$work/$name-build"
}

source_apt update
fetch curl libcurl4-openssl-dev curl
make_library curl -DBUILD_CURL_EXE=OFF -DBUILD_TESTING=OFF -DHTTP_ONLY=ON -DCURL_USE_OPENSSL=ON \
    -DCURL_ZLIB=ON -DCURL_BROTLI=OFF -DCURL_ZSTD=OFF -DUSE_NGHTTP2=ON -DUSE_LIBIDN2=OFF \
    -DCURL_USE_LIBSSH2=OFF -DCURL_USE_LIBPSL=OFF -DCURL_USE_GSSAPI=OFF -DCURL_DISABLE_LDAP=ON \
    -DCURL_CA_PATH=/etc/ssl/certs -DCURL_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt
fetch librdkafka librdkafka-dev BSD-2-Clause
# WITH_SASL itself would ask for the library of all mechanisms; those built in need none.
make_library librdkafka -DRDKAFKA_BUILD_STATIC=ON -DRDKAFKA_BUILD_EXAMPLES=OFF \
    -DRDKAFKA_BUILD_TESTS=OFF -DWITH_SSL=ON -DWITH_ZLIB=ON -DWITH_ZSTD=ON -DWITH_CURL=ON \
    -DENABLE_LZ4_EXT=OFF -DWITH_SASL=OFF -DWITH_SASL_SCRAM=ON -DWITH_SASL_OAUTHBEARER=ON
key >"$prefix/.key"
echo "static.sh: made $(cut -f 1,2 "$prefix/packages.tsv" | tr '\t\n' ' ,') in $prefix"
