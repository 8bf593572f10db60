"""The house rules about what files say. Each is a function of a Tree that yields breaches, "file:line: what"."""
import collections
import fnmatch
import pathlib
import re
import shutil
import subprocess

MAX_LINES = 700  # of a file
MAX_BODY_LINES = 50  # of a function
MAX_ROOM_LINES = 5000
SMALLER_ROOMS = {"lib": 4500, "cli": 2700, "daemons/aggregate": 1700}
ARCHITECTURE = "docs/ARCHITECTURE.md"
EVERYTHING = ("tests/", "tools/", "docs/")  # may include what they like


class Tree:
    """The files that are looked at, with what several rules want of them."""

    def __init__(self, files):
        self.files = files
        self.texts = {}

    def text(self, name):
        """As it is; "" of what is no text."""
        if name not in self.texts:
            try:
                self.texts[name] = pathlib.Path(name).read_text()
            except UnicodeDecodeError:
                self.texts[name] = ""
        return self.texts[name]

    def lines(self, name):
        """Each with its number, from 1."""
        return enumerate(self.text(name).split("\n"), 1)

    def ending_in(self, *endings):
        return [name for name in self.files if name.endswith(tuple("." + ending for ending in endings))]

    COMMENT = r"/\*.*?\*/|//[^\n]*"
    STRING = r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"

    def blanked(self, name, blank):
        """A text of C, line by line the same, without its comments and strings, or only some of these."""

        def blanks(found):
            return re.sub(r"[^\n]", " ", found[0]) if blank(found[0]) else found[0]

        return re.sub(f"{self.COMMENT}|{self.STRING}", blanks, self.text(name), flags=re.S)

    def bare(self, name):
        return self.blanked(name, lambda found: True)

    def code(self, name):
        """With its strings."""
        return self.blanked(name, lambda found: found.startswith("/"))

    def includes(self, name):
        """What it includes between quotes, each with its line."""
        for number, line in self.lines(name):
            if found := re.match(r'\s*#\s*include\s*"([^"]*)"', line):
                yield number, found[1]


# ---- rooms ----


def rooms_read():
    """Which folders, or headers of one, a room may include besides itself, as the table of the architecture has it."""
    rows = re.findall(r"^\| `([a-z/]+(?:NAME)?)` \| (?:nothing|`([a-z/. ]+)`) \|$", pathlib.Path(ARCHITECTURE).read_text(), re.M)
    return {room.replace("NAME", "*"): named.split() for room, named in rows}


def room_of(rooms, folder):
    return next((room for room in rooms if fnmatch.fnmatch(folder, room)), None)


def includes_rule(tree):
    rooms = rooms_read()
    for name in tree.ending_in("c", "h", "def"):
        folder = name.rpartition("/")[0]
        allowed = rooms.get(room_of(rooms, folder), []) + [folder]
        for number, path in tree.includes(name):
            if not path.endswith((".pb-c.h", ".html.h")) and not pathlib.Path(path).is_file():
                yield f'{name}:{number}: "{path}" is not written from the root, or is not there'
            elif not name.startswith(EVERYTHING) and not {path, path.rpartition("/")[0]} & set(allowed):
                yield f"{name}:{number}: {folder} may not include {path}"


def own_rule(tree):
    """X_own.h is what the files of X share among themselves."""
    for name in tree.ending_in("c", "h", "def"):
        for number, path in tree.includes(name):
            its_own = path.rpartition("/")[0] == name.rpartition("/")[0]
            if path.endswith("_own.h") and not its_own and not name.startswith(EVERYTHING):
                yield f"{name}:{number}: {path} is for its own folder alone"


def backends_rule(tree):
    """What a backend of the store stands on is known to it alone."""
    for name in tree.ending_in("c", "h"):
        for number, line in tree.lines(name):
            if re.match(r"\s*#\s*include\s*<lmdb\.h>", line) and not name.startswith("store/lmdb/"):
                yield f"{name}:{number}: only store/lmdb may include <lmdb.h>"


def rooms_rule(tree):
    """A room that has grown too full may want another one."""
    lines = collections.Counter()
    for name in tree.ending_in("c", "h", "def"):
        lines[name.rpartition("/")[0]] += tree.text(name).count("\n")
    rooms = rooms_read()
    for folder, count in lines.items():
        most = SMALLER_ROOMS.get(folder, MAX_ROOM_LINES)
        if room_of(rooms, folder) and count > most:
            yield f"{folder}:1: {count} lines; {most} at most. Something in it may want a room of its own"


# ---- cores ----

CORE_HEADERS = re.compile(
    r"\s*#\s*include\s*"
    r"(<(?:uv|zmq|lmdb|microhttpd|curl/[a-z]+|time|sys/time|unistd|fcntl)\.h>"
    r'|"(?:lib/(?:loop|clock|ctl|log|metric)|bus/[a-z_]+|http/[a-z_]+|vault/[a-z_]+|store/[a-z_/]+|stage/(?:stage|stage_own|app)'
    r'|config/(?:config|keys|clients))\.h")'
)
CORE_CALLS = re.compile(
    r"(?<![\w.>])(time|clock_gettime|gettimeofday|localtime|localtime_r|mktime|rand|random|srand|getrandom"
    r"|randombytes_[a-z]+|open|fopen|read|write|pread|pwrite|printf|fprintf|puts|fputs|getenv|yaml_read_file"
    r"|config_read_text|[a-z]+_load)\s*\("
)


def core_files(tree):
    """The cores and all that they use of their daemon: what core*.[ch] includes, and so on."""
    queue = sorted(map(str, pathlib.Path(".").glob("daemons/*/core*.[ch]")))
    seen = []
    while queue:
        name = queue.pop(0)
        if name in seen or not pathlib.Path(name).is_file():
            continue
        seen.append(name)
        for _, path in tree.includes(name):
            if path.startswith("daemons/"):
                queue += [path, path[:-1] + "c"]
    return seen


def cores_rule(tree):
    """A core has no clock, no input or output, no randomness, and knows no library of the shell around it."""
    for name in core_files(tree):
        for number, line in tree.lines(name):
            if found := CORE_HEADERS.match(line):
                yield f"{name}:{number}: a core may not include {found[1]}"
        for number, line in enumerate(tree.bare(name).split("\n"), 1):
            for found in CORE_CALLS.finditer(line):
                yield f"{name}:{number}: a core may not call {found[1]}()"


# ---- one file ----


def length_rule(tree):
    for name in tree.ending_in("c", "h", "def", "proto", "sh", "py", "js", "css", "html"):
        lines = tree.text(name).count("\n")
        if lines > MAX_LINES:
            yield f"{name}:{lines}: more than {MAX_LINES} lines; split it"


def bodies_rule(tree):
    """A function fits a screen. As clang-format writes it, its braces stand at the beginning of their lines."""
    for name in tree.ending_in("c", "h"):
        start = 0
        for number, line in tree.lines(name):
            if line == "{":
                start = number
            elif line.startswith("}"):
                if start and number - start - 1 > MAX_BODY_LINES:
                    yield f"{name}:{start}: a body of {number - start - 1} lines; {MAX_BODY_LINES} at most"
                start = 0


def cleanup_rule(tree):
    """What ends with its scope says so first: auto_… is the first word of a declaration."""
    for name in tree.ending_in("c", "h"):
        for number, line in enumerate(tree.bare(name).split("\n"), 1):
            if found := re.match(r"\s*[^#\s].*\b(auto_\w+)", line):
                yield f"{name}:{number}: {found[1]} is the first word of a declaration"


def guards_rule(tree):
    """#ifndef WOT_…_H first, the same #define next, #endif last, and no guard twice."""
    owner = {}
    for name in tree.ending_in("h"):
        said = [(number, line) for number, line in enumerate(tree.bare(name).split("\n"), 1) if line.strip()]
        found = said and re.match(r"#ifndef (WOT_[A-Z0-9_]+_H)$", said[0][1])
        if not found:
            yield f"{name}:1: a header begins with #ifndef WOT_…_H"
            continue
        if len(said) < 2 or said[1][1] != f"#define {found[1]}":
            yield f"{name}:{said[0][0]}: #define {found[1]} must follow"
        elif found[1] in owner:
            yield f"{name}:1: {found[1]} is the guard of {owner[found[1]]} too"
        elif not tree.text(name).endswith("\n#endif\n"):
            yield f"{name}:{tree.text(name).count(chr(10))}: a header ends with #endif"
        owner[found[1]] = name


def spaces_rule(tree):
    for name in tree.files:
        for number, line in tree.lines(name):
            if line != line.rstrip(" \t"):
                yield f"{name}:{number}: blanks at the end of the line"
        if tree.text(name) and not tree.text(name).endswith("\n"):
            yield f"{name}:{tree.text(name).count(chr(10)) + 1}: no newline at the end of the file"


def words_rule(tree):
    left = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
    for name in tree.files:
        for number, line in tree.lines(name):
            if found := left.search(line):
                yield f"{name}:{number}: {found[1]} is left here"


def format_rule(tree):
    """Versions of clang-format differ in what they find clean; the tree is written with 14."""
    program = shutil.which("clang-format-14")
    if not program and (named := shutil.which("clang-format")):
        version = subprocess.run([named, "--version"], capture_output=True, text=True).stdout
        program = named if "version 14." in version else None
    if not program:
        yield "tools/tidy:1: clang-format 14 is not installed, so the layout cannot be checked; deploy/install-deps.sh --dev"
        return
    code = tree.ending_in("c", "h")
    command = [program, "--dry-run", "--Werror", "--ferror-limit=1", *code]
    done = subprocess.run(command, capture_output=True, text=True) if code else None
    for found in re.finditer(r"^(\S+?:\d+):\d+: error: ", done.stderr if done else "", re.M):
        yield f"{found[1]}: not as clang-format writes it; make format"


JSON_IN_STRING = re.compile(r'\\":|[\[{,:]\\"')  # `"name\":`, `,\"`
JSON_ALONE = re.compile(r"""\b(?:buf_char|buf_text|buf_add|putchar|fputs|puts)\([^;]*(["'])[:,]*[\[\]{}][\[\]{}:,]*(?:\\n)?\1""")


def json_rule(tree):
    """JSON is punctuated in one place, or printed from a message."""
    for name in tree.ending_in("c", "h"):
        if name.startswith(EVERYTHING):
            continue
        for number, line in enumerate(tree.code(name).split("\n"), 1):
            strings = re.findall(tree.STRING, line)
            if any(JSON_IN_STRING.search(string[1:-1]) for string in strings) or JSON_ALONE.search(line):
                yield f"{name}:{number}: JSON is written with lib/json_out.h"


RULES = [
    includes_rule, own_rule, backends_rule, cores_rule, length_rule, bodies_rule, cleanup_rule, guards_rule, spaces_rule, words_rule,
    json_rule, format_rule,
]
TREE_RULES = [rooms_rule]
