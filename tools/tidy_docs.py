"""The house rules about documents and messages: what they name is there."""
import fnmatch
import pathlib
import re
import subprocess
import tempfile

MADE = "<!-- Made by `make docs`"
FILE = r"[a-z._][\w./*-]*(?:\.(?:c|h|def|proto|md|py)|/)"
PLACEHOLDER = re.compile(r"(?<![A-Za-z])[A-Z]{2,}(?![A-Za-z])")  # daemons/NAME/main.c
SYMBOL = r"[a-z]+(?:_[a-z0-9]+)+"
EXAMPLES = ("build/", ".", "file_verb")  # made; nobody's; how a name is built


def made_rule(tree):
    """What make docs would write is what is there."""
    with tempfile.TemporaryDirectory() as folder:
        made = subprocess.run(["make", "--no-print-directory", "docs", f"DOCS={folder}"], capture_output=True, text=True)
        if made.returncode:
            yield f"Makefile:1: make docs fails: {(made.stderr.strip().splitlines() or ['?'])[-1]}"
            return
        for path in sorted(pathlib.Path(folder).iterdir()):
            there = pathlib.Path("docs") / path.name
            if not there.is_file() or there.read_bytes() != path.read_bytes():
                yield f"docs/{path.name}:1: out of date; make docs"


def verbs_rule(tree):
    """No message and no document sends anybody to a `wotctl VERB` that there is not, nor to help it has not."""
    table = pathlib.Path("cli/main.c").read_text()
    verbs = re.findall(r'^\t\{"([a-z-]+)", verb_', table, re.M)
    advice = re.compile(r"(?:`|^)(?:[^ `\n]*/)?wotctl(?: --(?:dir|config) [^ `\n]+)? ([a-z][a-z-]*)((?: [a-z]+)?(?: --help)?)", re.M)
    for name in tree.ending_in("c", "h", "def", "proto", "md", "yaml"):
        # The pieces of a split string put together, as many lines as before.
        text = re.sub(r'"(\n\s*)"', lambda gap: gap[1].replace("\n", "\0").replace("\t", ""), tree.text(name))
        for found in advice.finditer(text.replace("\0", "")):
            place = f"{name}:{tree.text(name)[: tree.text(name).find(found[1], found.start())].count(chr(10)) + 1}"
            if found[1] not in verbs:
                yield f"{place}: wotctl has no verb {found[1]}"
            elif found[2].endswith("--help"):
                yield f"{place}: wotctl {found[1]} has no --help"


def spans(tree, name):
    """What a document has between backquotes, outside its fences, each with its line."""
    fenced = False
    for number, line in tree.lines(name):
        fenced ^= line.startswith("```")
        if not fenced:
            for span in line.split("`")[1::2]:
                yield number, span


def named_rule(tree):
    """A path, a file, a name of the code, and in `FILE: FUNCTION` the one in the other."""
    words = {word for name in tree.files if not name.endswith(".md") for word in re.findall(rf"\b{SYMBOL}\b", tree.text(name))}
    for name in tree.ending_in("md"):
        if MADE in tree.text(name):
            continue  # it is made from the names
        for number, span in spans(tree, name):
            if found := re.fullmatch(rf"({FILE})(?:: ([a-z]\w*))?", span):
                path, inside = found[1], found[2]
                if path.startswith(EXAMPLES) or PLACEHOLDER.search(path):
                    continue
                at = [file for file in tree.files if fnmatch.fnmatch(file, path if "/" in path else f"*/{path}") or file == path]
                if not at and not list(pathlib.Path(".").glob(path)):
                    yield f"{name}:{number}: there is no {path}"
                elif inside and not any(re.search(rf"\b{inside}\b", tree.text(file)) for file in at):
                    yield f"{name}:{number}: {path} has no {inside}"
            elif re.fullmatch(SYMBOL, span) and span not in words and span not in EXAMPLES:
                yield f"{name}:{number}: nothing is called {span}"


TREE_RULES = [made_rule, verbs_rule, named_rule]
