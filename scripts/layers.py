#!/usr/bin/env python3
"""Checks the #include lines and headers against the layers: a module uses lower layers and itself, nothing else.

The table is read from the sw_module() calls of the CMake files, so that build and files can't disagree.
Foreign headers have one home each. Prints every fault; exits 1 if there is one.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOMES = {  # foreign header -> files (or folders) that may include it
    "yaml.h": ["common/text/"],
    "sodium.h": ["common/base/hash.c", "common/seal/", "services/notify/send/"],
    "pcre2.h": ["common/cel/"],
    "rocksdb/c.h": ["common/store/", "services/seawall/bench/plain.c"],
    "xxhash.h": ["common/store/table_tail.c", "tests/unit/store/"],
    "lz4.h": ["common/bus/chunk.c", "tests/unit/bus/"],
    "librdkafka/rdkafka.h": ["common/bus/", "services/seawall/bench/kafka/"],
    "uv.h": ["common/host/"],
    "microhttpd.h": ["common/host/"],
    "jwt.h": ["common/host/"],
    "protobuf-c/protobuf-c.h": ["common/codec/", "services/"],
    "expat.h": ["services/seawall/import/"],
    "csv.h": ["services/notify/directory/", "services/seawall/import/"],
    "curl/curl.h": ["services/notify/", "services/seawall/client/"],
    "xlsxwriter.h": ["services/report/"],
}
PURE = ("common/civil/", "common/cel/", "common/rules/", "common/stream/", "common/codec/", "common/evaluate/")
# Words that a pure module may not speak: clocks, chance, the heap, output.
IMPURE = re.compile(r"(?<![\w.>])(time|clock_gettime|gettimeofday|rand|random|malloc|calloc|realloc|free|printf|fprintf|puts|fopen|getenv)\s*\(")


def strip(text):
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m[0].count("\n"), text, flags=re.S)
    text = re.sub(r"//[^\n]*", "", text)
    return re.sub(r'"(\\.|[^"\\\n])*"', '""', text)


def table():
    modules = {}
    for cmake in list(ROOT.glob("common/*/CMakeLists.txt")) + list(ROOT.glob("services/*/CMakeLists.txt")):
        for call in re.findall(r"sw_module\(([^)]*)\)", cmake.read_text()):
            name = re.search(r"NAME\s+(\w+)", call)[1]
            modules[name] = int(re.search(r"LAYER\s+(\d+)", call)[1])
    return modules


def check_include(rel, own, service, quote, header, layers):
    ours = quote == '"' and header.split("/")[0] in layers  # text/yaml.h is not libyaml's yaml.h
    for foreign, homes in HOMES.items():
        if not ours and (header == foreign or header.endswith("/" + foreign)) and not any(rel.startswith(h) for h in homes):
            yield f"{header} has its home in {', '.join(homes)}"
    if quote == "<" or "/" not in header:
        return
    module = header.split("/")[0]
    is_service = (ROOT / "services" / module).is_dir()
    if module == own or module not in layers and not is_service:
        return
    if is_service:
        if own != "seawall":
            yield f"{own} includes the service {module}"
    elif not service and layers.get(module, 99) >= layers.get(own, -1):
        yield f"{own} (layer {layers.get(own)}) includes {header} (layer {layers.get(module)})"


def check_words(rel, text, service):
    for number, line in enumerate(strip(text).splitlines(), 1):
        if rel.startswith(PURE):
            for word in IMPURE.findall(line):
                yield number, f"{word}() in a pure module"
        elif rel != "common/base/arena.c" and not service:
            for word in re.findall(r"(?<![\w.>])(malloc|calloc|realloc|free)\s*\(", line):
                yield number, f"{word}() outside base/arena.c: use an arena or sw_heap_*"


def check_contract(rel, own, text, layers):
    """A header says first what it is, its layer and its thread; the layer is the module's."""
    head = " ".join(text.split("*/")[0].replace("\n *", " ").split())
    said = re.search(r"\bLayer (\d+)\b", head)
    layer = 9 if rel.startswith("services/") else layers.get(own)
    if not said or int(said[1]) != layer:
        yield f"its first comment says Layer {said[1] if said else '?'}, its module is of layer {layer}"
    if "Thread:" not in head:
        yield "its first comment does not say whose thread it belongs to"


def include_cycles(files):
    graph = {}
    for path in files:
        rel = path.relative_to(ROOT)
        if rel.suffix == ".h":
            graph["/".join(rel.parts[1:])] = re.findall(r'#\s*include\s*"([^"]+)"', path.read_text())
    state, cycles = {}, []

    def visit(node, trail):
        state[node] = 1
        for other in graph[node]:
            if state.get(other) == 1:
                cycles.append(trail[trail.index(other):] + [other])
            elif other in graph and other not in state:
                visit(other, trail + [other])
        state[node] = 2

    for node in graph:
        if node not in state:
            visit(node, [node])
    return cycles


def main():
    faults, layers = [], table()
    files = [p for folder in ("common", "services") for p in sorted((ROOT / folder).rglob("*.[ch]"))]
    for path in files:
        rel = path.relative_to(ROOT).as_posix()
        text, parts = path.read_text(), rel.split("/")
        service = parts[0] == "services"
        for number, line in enumerate(text.splitlines(), 1):
            m = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if m:
                faults += [f"{rel}:{number}: {f}" for f in check_include(rel, parts[1], service, m[1], m[2], layers)]
        faults += [f"{rel}:{n}: {f}" for n, f in check_words(rel, text, service)]
        if rel.endswith(".h"):
            faults += [f"{rel}:1: {f}" for f in check_contract(rel, parts[1], text, layers)]
    faults += [f"include cycle: {' -> '.join(c)}" for c in include_cycles(files)]
    for fault in faults:
        print(fault)
    print(f"layers: {len(files)} files, {len(layers)} modules, {len(faults)} faults")
    return 1 if faults else 0


sys.exit(main())
