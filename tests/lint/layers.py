# SPDX-License-Identifier: Apache-2.0
"""Which module may include which: arrows point down only, and each big library has one owner.

    python3 layers.py ROOT

Compilers cannot check this here, because distribution headers share one include folder.
"""
import posixpath
import re

import tree

# Module -> modules it may include. The order is the rank; a new folder in src/ needs a row.
MODULES = {
    "base": "",
    "event": "base",
    "containers": "base",
    "capture": "base event",
    "state": "base event containers",
    "lang": "base event",
    "rules": "base event lang",
    "fields": "base event containers state",
    "eval": "base event lang fields",
    "filter": "base event lang fields eval",
    "compile": "base event lang fields eval filter rules",
    "engine": "base event lang fields eval filter",
    "output": "base event lang fields eval rules",
    "metrics": "base",
    "web": "base",
    "runtimes": "base containers",
    "guard": "base",
    "config": "base event lang rules output metrics web guard",
    "judge": "base event containers capture state lang rules fields eval engine output",
    "explain": "base event containers capture state lang rules fields eval engine output judge",
    "cases": "base event containers capture state lang rules fields eval engine output judge"
             " explain",
    "rulec": "*",
    "app": "*",
    "bench": "*",
}

# Headers of a library -> who may include them.
OWNERS = [
    (r"spdlog/|fmt/", "base"),
    (r"bpf/(?:bpf|btf|libbpf)[^/]*\.h$|linux/btf\.h$|.*\.skel\.h$", "capture"),
    (r"linux/bpf\.h$", "capture guard"),  # guard: which commands are allowed
    (r"(?:zlib|zstd)\.h$", "capture output"),
    (r"tao/", "grammar"),
    (r"yaml-cpp/", "rules cases config"),
    (r"llvm/|llvm-c/|clang/|clang-c/|lld/", "compile"),
    (r"re2/", "lang eval"),
    (r"CLI/", "rulec app bench"),
    (r"nlohmann/", "containers rules compile output metrics runtimes config rulec app bench"),
    (r"curl/", "output runtimes"),
    (r"librdkafka/", "output"),
    (r"google/protobuf/|\.pb\.h$", "runtimes"),
    (r"boost/", "web"),
    (r"openssl/", "output web metrics"),
    (r"cap-ng\.h$|seccomp\.h$", "guard"),
    (r"catch2/|tests/", ""),
]
OWNERS = [(re.compile(pattern), set(who.split())) for pattern, who in OWNERS]

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
_LOADER = re.compile(r"bpf/shared\.h$|bpf/[^/]+\.def$")
_TABLES = re.compile(r"grammar/[^/]+\.def$|bpf/(?:wire|filter)\.h$")


def includes(root, path):
    """(line, is quoted, header) per include; quoted ones as seen from src/ or from the root."""
    text = tree.read(root, path)
    for match in _INCLUDE.finditer(text):
        header = match.group(2)
        quoted = match.group(1) == '"'
        near = posixpath.normpath(posixpath.join(path.parent.as_posix(), header))
        if quoted and ((root / near).is_file() or header.startswith(".")):
            header = near.removeprefix("src/")
        yield text.count("\n", 0, match.start()) + 1, quoted, header


def allowed_modules(module):
    names = MODULES[module]
    return set(MODULES) if names == "*" else set(names.split()) | {module}


def own_header(module, header):
    """What is wrong with the quoted include `header` of a file in src/`module`, or None."""
    first = header.split("/")[0]
    if _TABLES.match(header) or header.endswith(".skel.h"):
        return None
    if "/" not in header or first == "..":
        return f'"{header}": outside the tree'
    if first == "grammar":
        return None if module == "lang" else f'"{header}": only lang sees the syntax rules'
    if first == "bpf" and _LOADER.match(header) and module in ("capture", "filter", "app"):
        return None  # what the loader and the programs it loads agree on
    if first == "bpf":
        return f'"{header}": user space sees only bpf/wire.h and bpf/filter.h of the kernel side'
    if first not in MODULES:
        return f'"{header}": no module of that name'
    if first not in allowed_modules(module):
        return f"{module} must not include {first}"
    return None


def third_party(owner, header):
    for pattern, who in OWNERS:
        if pattern.match(header) and owner not in who:
            return f"<{header}>: only {' and '.join(sorted(who)) or 'tests'} may include it"
    return None


def check_source(root, path):
    module = path.parts[1]
    if len(path.parts) < 3:
        return [(path, 1, "a source file belongs into a module's folder")]
    if module not in MODULES:
        return [(path, 1, f"module {module} has no row in tests/lint/layers.py")]
    # A program may see all, so that a module's own folder can hold its main.
    rank = "app" if re.match(r"main[^/]*\.cpp$", path.name) else module
    found = []
    for line, quoted, header in includes(root, path):
        problem = third_party(rank, header) and third_party(module, header)
        if problem is None and quoted:
            problem = own_header(rank, header)
        if problem:
            found.append((path, line, problem))
    return found


def check_grammar(root, path):
    found = []
    for line, quoted, header in includes(root, path):
        problem = third_party("grammar", header)
        if problem is None and quoted and not header.startswith("grammar/"):
            problem = f'"{header}": grammar/ depends on nothing'
        if problem:
            found.append((path, line, problem))
    return found


def check_kernel(root, path):
    found = []
    for line, quoted, header in includes(root, path):
        if header.split("/")[0] in MODULES:
            found.append((path, line, f'"{header}": kernel code never includes src/'))
        elif quoted and header.endswith(".hpp"):
            found.append((path, line, f'"{header}": kernel code is C'))
    return found


def check(root):
    found = []
    for path in tree.files(root, ["src"], tree.CODE):
        found += check_source(root, path)
    for path in tree.files(root, ["grammar"], tree.CODE | {".def"}):
        found += check_grammar(root, path)
    for path in tree.files(root, ["bpf"], tree.CODE | {".def"}):
        found += check_kernel(root, path)
    return found


if __name__ == "__main__":
    tree.main(check)
