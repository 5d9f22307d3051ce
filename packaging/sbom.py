# SPDX-License-Identifier: Apache-2.0
"""The list of parts of a package (SPDX 2.3, JSON), from what was really read as it was built.

    python3 sbom.py BUILD STAGE VERSION OUT [--texts FOLDER]

BUILD is a ninja build folder, STAGE the tree that is packed. Which archives, shared libraries and
headers went into the programs is asked of ninja and the loader; which package each belongs to, and
its version and licence, of dpkg. Sources built by packaging/static.sh come from its packages.tsv.
--texts: leaves the copyright file of every part whose code is inside the programs there.
Called by stage.cmake. Without dpkg there is nothing to ask: fails, and the package has no list.
"""
import argparse
import datetime
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import uuid

PROGRAMS = ["falco-ebpf", "falco-rulec", "falco-bench"]
# Names of Debian's copyright files that SPDX spells otherwise.
SPDX = {"Expat": "MIT", "BSD-2-clause": "BSD-2-Clause", "BSD-3-clause": "BSD-3-Clause",
        "Boost-1.0": "BSL-1.0", "BSL-1.0": "BSL-1.0", "zlib": "Zlib", "Zlib": "Zlib",
        "LGPL-2.1": "LGPL-2.1-only", "LGPL-2.1+": "LGPL-2.1-or-later", "curl": "curl",
        "Apache-2.0": "Apache-2.0", "MIT": "MIT", "BSD-3-Clause": "BSD-3-Clause",
        "BSD-2-Clause": "BSD-2-Clause", "GPL-3+ with GCC exception": "GPL-3.0-or-later WITH "
        "GCC-exception-3.1", "LGPL-2.1 or BSD-2-clause": "LGPL-2.1-only OR BSD-2-Clause",
        "GPL-2": "GPL-2.0-only", "GPL-2+": "GPL-2.0-or-later"}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def link_lines(build):
    commands = output("ninja", "-C", build, "-t", "commands", *(f"bin/{p}" for p in PROGRAMS))
    return [line for line in commands.splitlines()
            if any(f" -o bin/{p} " in line for p in PROGRAMS)]


def inside(build, lines):
    """Paths of the archives that the programs are made of; none in a dynamic build."""
    archives = set()
    for line in lines:
        archives |= set(re.findall(r"\S+\.a\b", line))
    archives = {pathlib.Path(build, a).resolve() for a in archives}
    if any("-static" in line for line in lines):
        for name in ("libc.a", "libm.a", "libstdc++.a", "libgcc.a", "libgcc_eh.a"):
            archives.add(pathlib.Path(output("g++", f"-print-file-name={name}").strip()).resolve())
    own = pathlib.Path(build).resolve()
    return {a for a in archives if own not in a.parents}


def beside(stage):
    """Paths of the shared libraries that the programs load."""
    found = set()
    for program in PROGRAMS:
        answer = subprocess.run(["ldd", stage / "usr/bin" / program], capture_output=True,
                                text=True)
        found |= set(re.findall(r"=> (/\S+)", answer.stdout))
    return {pathlib.Path(f).resolve() for f in found}


def headers(build):
    deps = output("ninja", "-C", build, "-t", "deps")
    return {pathlib.Path(p).resolve() for p in set(re.findall(r"^ +(/usr/\S+)$", deps, re.M))}


def owners(paths):
    """Package names by dpkg; usr-merged systems know some files by the shorter path only."""
    asked = [str(p) for p in paths] + [str(p)[4:] for p in paths if str(p).startswith("/usr/lib")]
    if not asked:
        return set()
    answer = subprocess.run(["dpkg-query", "-S", *asked], capture_output=True, text=True).stdout
    return {name.split(":")[0] for line in answer.splitlines()
            for name in line.split(": ")[0].split(", ")}


def licence(name):
    path = pathlib.Path("/usr/share/doc", name, "copyright")
    text = path.read_text(errors="replace") if path.exists() else ""
    match = re.search(r"^Files: \*\n(?:.+\n)*?License: *(.+)$", text, re.M)
    short = match.group(1).strip() if match else ""
    return SPDX.get(short, "NOASSERTION"), short


def of_dpkg(names):
    rows = {}
    if not names:
        return rows
    form = "${Package}\t${Version}\t${Architecture}\t${source:Package}\t${Homepage}\n"
    for line in output("dpkg-query", "-W", "-f", form, *sorted(names)).splitlines():
        name, version, arch, source, home = line.split("\t")
        declared, short = licence(name)
        rows[name] = {"name": name, "version": version, "licence": declared, "home": home,
                      "note": f"Debian says: {short}" if short else "",
                      "purl": f"pkg:deb/debian/{name}@{version.replace('+', '%2B')}?arch={arch}"
                              f"&upstream={source}"}
    return rows


def of_static(build):
    rows = {}
    table = pathlib.Path(build, "static-libs/packages.tsv")
    if table.exists():
        for line in table.read_text().splitlines():
            name, version, spdx = line.split("\t")
            escaped = version.replace("+", "%2B")
            rows[name] = {"name": name, "version": version, "licence": spdx, "home": "", "note":
                          "built by packaging/static.sh from the Debian source package",
                          "purl": f"pkg:deb/debian/{name}@{escaped}?arch=source"}
    return rows


def package(row):
    entry = {"SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", row["name"]),
             "name": row["name"], "versionInfo": row["version"], "downloadLocation": "NOASSERTION",
             "filesAnalyzed": False, "licenseConcluded": "NOASSERTION",
             "licenseDeclared": row["licence"], "copyrightText": "NOASSERTION",
             "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                               "referenceLocator": row["purl"]}]}
    if row["home"]:
        entry["homepage"] = row["home"]
    if row["note"]:
        entry["licenseComments"] = row["note"]
    return entry


def program_files(stage):
    for program in PROGRAMS:
        data = (stage / "usr/bin" / program).read_bytes()
        yield {"SPDXID": f"SPDXRef-File-{program}", "fileName": f"./usr/bin/{program}",
               "fileTypes": ["BINARY"], "licenseConcluded": "Apache-2.0",
               "copyrightText": "NOASSERTION",
               "checksums": [{"algorithm": n, "checksumValue": getattr(hashlib, n.lower())(data)
                              .hexdigest()} for n in ("SHA1", "SHA256")]}


def document(version, files, kinds):
    ours = {"SPDXID": "SPDXRef-falco-ebpf", "name": "falco-ebpf", "versionInfo": version,
            "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
            "licenseConcluded": "Apache-2.0", "licenseDeclared": "Apache-2.0",
            "copyrightText": "NOASSERTION"}
    packages, relations = [ours], [("SPDXRef-DOCUMENT", "DESCRIBES", ours["SPDXID"])]
    relations += [(ours["SPDXID"], "CONTAINS", f["SPDXID"]) for f in files]
    seen = set()
    for relation, rows in kinds:
        for name in sorted(set(rows) - seen):
            seen.add(name)
            packages.append(package(rows[name]))
            relations.append((ours["SPDXID"], relation, packages[-1]["SPDXID"]))
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH", "0")) or None
    when = datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc) if epoch else \
        datetime.datetime.now(datetime.timezone.utc)
    unique = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([packages, files], sort_keys=True))
    return {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
            "name": f"falco-ebpf-{version}",
            "documentNamespace": f"urn:uuid:{unique}",
            "creationInfo": {"created": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
                             "creators": ["Tool: falco-ebpf-packaging"]},
            "documentDescribes": [ours["SPDXID"]], "packages": packages, "files": files,
            "relationships": [{"spdxElementId": a, "relationshipType": r, "relatedSpdxElement": b}
                              for a, r, b in relations]}


def main():
    parser = argparse.ArgumentParser()
    for name in ("build", "stage", "version", "out"):
        parser.add_argument(name)
    parser.add_argument("--texts")
    given = parser.parse_args()
    stage = pathlib.Path(given.stage)
    linked = owners(inside(given.build, link_lines(given.build)))
    loaded = owners(beside(stage))
    made = of_static(given.build)
    # A -dev package of a library that is linked or loaded is not a part of its own.
    read = {n for n in owners(headers(given.build)) if n not in linked and n not in
            ("libc6-dev", "linux-libc-dev") and not n.startswith("libstdc++-")}
    parts = of_dpkg(linked | read)
    kinds = [("STATIC_LINK", made), ("STATIC_LINK", {n: parts[n] for n in linked}),
             ("DYNAMIC_LINK", of_dpkg(loaded)), ("DEPENDS_ON", {n: parts[n] for n in read})]
    whole = document(given.version, list(program_files(stage)), kinds)
    out = pathlib.Path(given.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(whole, indent=1) + "\n")
    if given.texts and linked:
        texts = pathlib.Path(given.texts)
        texts.mkdir(parents=True, exist_ok=True)
        for name in sorted(linked | read | {"libcurl4-openssl-dev", "librdkafka-dev"}):
            source = pathlib.Path("/usr/share/doc", name, "copyright")
            if source.exists():
                shutil.copyfile(source, texts / f"{name}.txt")
    print(f"sbom: {len(whole['packages']) - 1} parts")


main()
