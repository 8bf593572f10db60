"""The house rules that only show in object files. Each is a function of a Tree that yields breaches.

No circle between files: what needs each other to be understood is one file, or wants a third below both.
No function that only tests use: it is there for nobody. Where a test has to see inside, FOR_TESTS before its
declaration says so (lib/clean.h), MOST_FOR_TESTS of them in all.
"""
import collections
import functools
import os
import pathlib
import re
import subprocess

MOST_FOR_TESTS = 10
NOT_OURS = {"tests", "gen", "bench", "docs", "tools"}
USE_ONLY = {"docs", "tools", "gen"}  # programs for the house, and compiled templates: what they use is used


def nm(paths):
    """By path, what an object defines and what it wants, of what other objects can see."""
    found = {path: (set(), set()) for path in paths}
    listed = subprocess.run(["nm", "-gA", *paths], capture_output=True, text=True, check=True).stdout if paths else ""
    for line in listed.splitlines():
        path, _, rest = line.partition(":")
        *_, kind, name = rest.split()
        if "." not in name:  # what the compiler makes besides, such as a resolver
            found[path][kind == "U"].add(name)
    return found


def objects_read(build):
    """By the name of their source, without its ending: {"lib/buf": (defined, wanted)}."""
    sources = {}
    for path in sorted(build.rglob("*.o")):
        source = path.relative_to(build).with_suffix("")
        is_ours = source.with_suffix(".c").is_file() and source.parts[0] not in NOT_OURS - USE_ONLY
        if is_ours or source.parts[:2] == ("gen", "web"):
            sources[str(path)] = str(source)
    return {sources[path]: found for path, found in nm(list(sources)).items()}


def graph_of(objects):
    """Which file uses which, and what of it. A name that several programs define is the nearest one's."""
    owners = collections.defaultdict(list)
    for source, (defined, _) in objects.items():
        for name in defined - {"main"}:
            owners[name].append(source)
    graph = {source: collections.defaultdict(set) for source in objects}
    for source, (_, wanted) in objects.items():
        for name in wanted & owners.keys():
            near = [owner for owner in owners[name] if owner.rpartition("/")[0] == source.rpartition("/")[0]]
            graph[source][(near or owners[name])[0]].add(name)
    return graph


def circles(graph):
    """The sets of files that can all reach each other: Tarjan's strongly connected components."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in graph[node]:
            if other not in index:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == index[node]:
            at = stack.index(node)
            if len(stack) - at > 1:
                found.append(sorted(stack[at:]))
            del stack[at:]

    for node in graph:
        if node not in index:
            visit(node)
    return found


def line_of(path, name):
    """Where a name is written first in a file at the beginning of a line or behind its type."""
    for number, line in enumerate(pathlib.Path(path).read_text().splitlines(), 1):
        if re.match(rf"[A-Za-z].*\b{name}\b", line):
            return number
    return 1


def used_inside(build, source):
    """What an object wants of itself: its relocations name it, or debugging tells that it was put in line."""
    path = build / f"{source}.o"
    told = subprocess.run(["objdump", "-r", "--dwarf=info", path], capture_output=True, text=True, check=True).stdout
    related = re.findall(r" R_\w+\s+(\w+)", told)
    in_line = re.findall(r"DW_AT_name\s*:(?: \(.*?\):)? (\w+)\s*\n(?:(?!.*DW_TAG_).*\n)*?.*DW_AT_inline\s*: [13]\b", told)
    return {*related, *in_line}


def marked_for_tests(tree):
    """The names that FOR_TESTS stands before, each with where."""
    marked = {}
    for path in tree.ending_in("h"):
        for found in re.finditer(r"^FOR_TESTS\(.*?\)[^;]*?(\w+)\(", tree.text(path), flags=re.S | re.M):
            marked[found[1]] = f"{path}:{tree.text(path).count(chr(10), 0, found.start()) + 1}"
    return marked


def build_folder():
    return pathlib.Path(os.environ.get("B", "build"))


@functools.cache
def objects():
    return objects_read(build_folder())


def circles_rule(tree):
    graph = graph_of(objects())
    for circle in circles(graph):
        for source in circle:
            for other in sorted(set(circle) & graph[source].keys()):
                names = ", ".join(sorted(graph[source][other]))
                yield f"{source}.c:1: in a circle with {other}.c, of which it uses {names}"


def tests_only_rule(tree):
    marked = marked_for_tests(tree)
    used = collections.Counter(name for _, wanted in objects().values() for name in wanted)
    for source, (defined, _) in objects().items():
        if source.split("/")[0] in USE_ONLY:
            continue
        alone = {name for name in defined - {"main"} if not used[name]}
        inside = used_inside(build_folder(), source) if alone else set()
        for name in sorted(defined - {"main"}):
            if name not in alone or name in inside:
                if name in marked:
                    yield f"{marked[name]}: {name} is for more than tests; take FOR_TESTS away"
            elif name not in marked:
                yield f"{source}.c:{line_of(f'{source}.c', name)}: nothing but tests uses {name}"
    if len(marked) > MOST_FOR_TESTS:
        yield f"{max(marked.values())}: {len(marked)} functions are there for tests alone; {MOST_FOR_TESTS} at most"


RULES = [circles_rule, tests_only_rule]
