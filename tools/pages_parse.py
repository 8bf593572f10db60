"""What may stand in a template (web/pages/*.html), and what it wants to be given.

    {name}               a text, escaped; a member of the template's struct
    {!name}              markup that is markup already (struct html): charts
    {#rows} … {/rows}    once for each of a list; the names inside are those of a row
    {?name} … {/name}    where the text, list or flag of that name is given
    {^name} … {/name}    where it is not
    {>part}              part.html, which is given a struct of its own
    <p data-deel="part">{>part}</p>    the same, and it can be had by itself (?deel=part): a live page fetches it anew
    <!-- … -->           is for whoever reads the template, and is left out
    <style>{!style}</style>   of a file by itself, which has no style sheet beside it

A text that is also asked for with {?name} or {^name} may be missing; any other must be given.

A name stands between tags, or in an attribute between double quotes. Nothing is inline, and what an address begins with
stands in the template and is ours: so the Content-Security-Policy holds, whatever a text says. {origin_NAME} may stand before
a path: it is a setting, and names where a daemon's pages are (page_house.origins).
"""
import re

TOKEN = re.compile(r"\{([#^?/>!]?)([a-z][a-z0-9_]*)\}")
KINDS = {"": "name", "!": "raw", "#": "list", "?": "if", "^": "without", ">": "part"}
ADDRESS = r"(?:href|src|action)"
OURS = re.compile(r"(?:\{origin_[a-z]+\})?/[a-z]|/$|[?#]")


class Wrong(Exception):
    """FILE:LINE: why."""


class Scope:
    """The members of a struct, in the order in which the template names them."""

    def __init__(self, type_name):
        self.type, self.members, self.lists, self.always = type_name, {}, {}, []

    def has(self, name, kind):
        """True unless the name stands for something else already."""
        before = self.members.get(name)
        merged = {("text", "flag"): "maybe", ("flag", "text"): "maybe", ("maybe", "text"): "maybe", ("maybe", "flag"): "maybe",
                  ("list", "flag"): "list", ("flag", "list"): "list"}
        kind = kind if before in (None, kind) else merged.get((before, kind))
        if kind:
            self.members[name] = kind
        return kind is not None


class Template:
    def __init__(self, path, addresses):
        self.path, self.addresses = path, addresses
        # Comments go, lines stay.
        self.text = re.sub(r"<!--.*?-->", lambda found: "\n" * found[0].count("\n"), path.read_text(), flags=re.S)
        self.scope = Scope(f"html_{path.stem}")
        self.nodes, self.pieces = [], []

    def wrong(self, at, why):
        raise Wrong(f"{self.path}:{self.text.count(chr(10), 0, at) + 1}: {why}")

    def parts(self):
        """Each with the scope that names it."""

        def of(scope):
            found = [(scope, name) for name, kind in scope.members.items() if kind == "part"]
            return sum((of(rows) for rows in scope.lists.values()), found)

        return of(self.scope)

    # ---- reading ----

    def read(self):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.path.stem):
            self.wrong(0, "is called as C names a thing: letters, digits and _")
        self.inline_refuse()
        tokens, at = [], 0
        for found in TOKEN.finditer(self.text):
            tokens += [("literal", self.text[at : found.start()], at), (found[1], found[2], found.start())]
            at = found.end() + self.is_alone(found)
        tokens.append(("literal", self.text[at:], at))
        tokens.reverse()
        self.nodes = self.nodes_read(tokens, self.scope, None, True)
        self.pieces_read()
        return self

    def pieces_read(self):
        """What holds a part that can be had by itself holds nothing else, and stands in no list."""
        whole = r'data-deel="([a-z][a-z0-9_]*)"[^<>{}]*>\s*\{>\1\}\s*</'
        self.pieces = re.findall(whole, self.text)
        for found in re.finditer(r"data-deel=", self.text):
            if not re.match(whole, self.text[found.start():]):
                self.wrong(found.start(), 'data-deel="part" holds {>part} and nothing else')
        for name in self.pieces:
            if self.scope.members.get(name) != "part":
                self.wrong(self.text.index(f'data-deel="{name}"'), f"{name} is a part of a row")

    def is_alone(self, found):
        """Does it have a line to itself? Then that line is not printed."""
        line = self.text.rfind("\n", 0, found.start()) + 1
        return found[1] in tuple("#?^/>") and not self.text[line : found.start()].strip() and self.text[found.end() :][:1] == "\n"

    def nodes_read(self, tokens, scope, inside, always):
        """Up to the end of the section `inside`. always: what stands here is printed each time."""
        nodes = []
        while tokens:
            sign, name, at = tokens.pop()
            if sign == "literal":
                if name:
                    nodes.append(("literal", self.literal(name, at), None))
                continue
            if sign == "/":
                if name != inside:
                    self.wrong(at, f"{{/{name}}} ends what did not begin" if not inside else f"{{{inside}}} must end first")
                return nodes
            nodes.append((KINDS[sign], name, self.node_read(tokens, scope, sign, name, at, always)))
        if inside:
            self.wrong(len(self.text), f"{{{inside}}} does not end")
        return nodes

    def node_read(self, tokens, scope, sign, name, at, always):
        member = {"": "text", "!": "raw", "#": "list", "?": "flag", "^": "flag", ">": "part"}[sign]
        if not scope.has(name, member):
            self.wrong(at, f"{name} is something else above")
        if sign in ("", "!"):
            self.place_check(at, sign == "!")
            if sign == "" and always and name not in scope.always:
                scope.always.append(name)
        if sign in ("?", "^") and name in scope.always:
            scope.always.remove(name)
        if sign == "#":
            rows = scope.lists.setdefault(name, Scope(f"{scope.type}_{name}"))
            return self.nodes_read(tokens, rows, name, True)
        if sign in ("?", "^"):
            return self.nodes_read(tokens, scope, name, False)
        return None

    def literal(self, text, at):
        if found := re.search(r"[{}]", text):
            self.wrong(at + found.start(), "a brace that is no name")
        text = re.sub(rf'(\b{ADDRESS}=")([\w.-]+)(")', lambda found: found[1] + self.addresses[found[2]] + found[3], text)
        return re.sub(r"\n\s*", "\n", text)

    # ---- what would be unsafe ----

    def place_check(self, at, raw):
        """A name in a tag is in a quoted attribute, of a kind that cannot do anything."""
        before = self.text[:at]
        if before.rfind("<") <= before.rfind(">"):
            return
        tag = re.sub(r'\s[a-z-]+="[^"]*"', "", before[before.rfind("<") :])
        if raw or not re.search(r'\s[a-z-]+="[^"]*$', tag):
            self.wrong(at, "a name in a tag stands in an attribute, between double quotes, and is a text")

    def inline_refuse(self):
        for pattern, why in ((r"<style(?!>\{!style\}</style>)|\sstyle=", "styles stand in wot.css"), (r"\son[a-z]+=|<script(?![^>]*\ssrc=)", "scripts are files")):
            if found := re.search(pattern, self.text):
                self.wrong(found.start(), why)
        for found in re.finditer(rf'\b{ADDRESS}="([^"]*)"', self.text):
            if found[1] not in self.addresses and not OURS.match(found[1]):
                self.wrong(found.start(), f"{found[1]} is no address of ours, and no file beside it")


def template_read(path, addresses):
    return Template(path, addresses).read()
