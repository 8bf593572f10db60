"""What a chart draws: the numbers in its texts, which are among those that it says or that an answer has; and what its
marks and its axis tell. Nothing is drawn where a row is hidden, a line has no more places than months that it says, and
its axis ends where the largest of them needs it to.
"""
import html
import math
import re

NUMBER = re.compile(r"\d+(?:\.\d{3})*(?:,\d+)?")
SVG = re.compile(r'<svg\b[^>]* width="[^>]*>.*?</svg>', re.S)  # what is no chart has no width
DESC = re.compile(r"<desc\b[^>]*>(.*?)</desc>", re.S)
TEXT = re.compile(r"<text\b([^>]*)>(.*?)</text>", re.S)
MARK = re.compile(r"<(rect|circle|path)\b([^>]*)>")
BARE = re.compile(r"[\d.,]+%?|>\d+")
# By the class of the style sheet, or by what it says of them where there is none.
MUTED = re.compile(r'class="[mx]"|fill="#53585e" font-size="12"')
GROUND = re.compile(r'class="(?:band|leegvak)"|width="100%"|fill="#eeece6"')
LINE = re.compile(r'class="l[abcd]"|stroke-width="(?:2\.5|1\.75)"')
MONTH = re.compile(r"\b[a-z]{3,4}\.? (?:20\d\d )?[\d.,]+%?(?=[;,.] |[;,.]?$)")
YEAR = re.compile(r"\b20\d\d\b")
HIDDEN, PART = "niet getoond", 26  # how high a bar is of which all rows are parts


def place(attributes, *names):
    return [float(found[1]) if (found := re.search(rf'\b{name}="([-\d.]+)"', attributes)) else 0 for name in names]


class Drawing:
    def __init__(self, svg):
        self.svg, [self.height] = svg, place(svg, "height")
        found = DESC.search(svg)
        self.desc = html.unescape(found[1]) if found else ""
        self.is_line = bool(re.search(r"\b[a-z]{3,4}\.? 20\d\d [\d.]", self.desc))
        self.is_panel = bool(re.search(r"(?:^|\. )20\d\d: [a-z]", self.desc))
        self.texts, self.axis, self.hidden = [], [], []
        for attributes, text in TEXT.findall(svg):
            text = html.unescape(text)
            (self.axis if self.is_axis(attributes, text) else self.texts).append(text)
            if text == "x" or text.startswith(HIDDEN):
                self.hidden.append((*place(attributes, "x", "y"), text == "x"))
        self.marks = [mark for mark in MARK.findall(svg) if not GROUND.search(mark[1])]

    def is_axis(self, attributes, text):
        """A number by itself beside a grid line, or the name of a column. Notes of bars stand to the right of something."""
        if not MUTED.search(attributes) or not BARE.fullmatch(text):
            return False
        x, y = place(attributes, "x", "y")
        return "text-anchor" in attributes or y == self.height - 5 or (x, y) == (0, 10)

    def words(self):
        """What it says and draws, but for its axis."""
        return " ".join([self.desc, *self.texts])

    def faults(self):
        if self.is_line or self.is_panel:
            yield from self.faults_of_lines()
        rects = [place(attributes, "x", "y", "width", "height") for kind, attributes in self.marks if kind == "rect"]
        circles = [place(attributes, "cy", "r") for kind, attributes in self.marks if kind == "circle"]
        parts = sum(high == PART for *_, high in rects)
        shown = [row for row in self.desc.split("; ") if HIDDEN not in row]
        if parts > len(shown):
            yield f"has {parts} parts and says {len(shown)}"
        for x, y, is_column in [] if parts else self.hidden:
            middle = y - 4.5
            if any(left <= x <= left + wide if is_column else top <= middle <= top + high for left, top, wide, high in rects):
                yield f"draws a bar where one is hidden, at {x:g} {y:g}"
            if any(abs(centre - middle) < radius for centre, radius in circles):
                yield f"draws a dot where one is hidden, at {x:g} {y:g}"

    def faults_of_lines(self):
        drawn = sum(len(re.findall("[ML]", attributes)) for kind, attributes in self.marks if kind == "path" and LINE.search(attributes))
        said = len(MONTH.findall(self.desc))
        if drawn > said:
            yield f"draws {drawn} months and says {said}"
        axis = [text for text in self.axis if not YEAR.fullmatch(text)]
        if not axis or "%" in axis[-1] or 'class="band"' in self.svg:
            return
        # To the right the last value stands again, and the norm.
        most = max(numbers(YEAR.sub(" ", self.words())), default=0)
        ends = max(numbers(axis[-1]))
        needed = max(5, round_up(most, (1, 1.5, 2, 3, 5))) if self.is_panel else 4 * round_up(most / 4, (1, 2, 5))
        if ends != needed:
            yield f"has an axis to {ends:g}, where {most:g} needs {needed:g}"


def numbers(text):
    return [float(number.replace(".", "").replace(",", ".")) for number in NUMBER.findall(text)]


def round_up(least, digits):
    power = 10 ** math.floor(math.log10(max(least, 1)))
    return next(digit * power for digit in (*digits, 10) if digit * power >= least)


def words_of(page):
    """The page, with what its charts say and draw in place of each."""
    return SVG.sub(lambda svg: f" {html.escape(Drawing(svg[0]).words())} ", page)


def faults_of(page):
    return [fault for svg in SVG.findall(page) for fault in Drawing(svg).faults()]
