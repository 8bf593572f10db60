"""What a page or a chart says and draws in numbers, and how a page writes the numbers of an answer: a page for a viewer
prints none but those of the answers that he may get, so that whoever reads pages knows no more than who reads JSON.
"""
import functools
import html
import math
import re

import drawings

# What is no figure: where one is, whom one asks, how it is counted, when, and by which rule.
ELSEWHERE = re.compile(
    r"<(head|nav|header|footer|form|style|script)\b(?! class=\"omslag).*?</\1>|<section class=\"def\".*?</section>|<p class=\"stand\">.*?</p>"
    r"|<section[^>]*\"h-verant\".*?</section>", re.S)
FIXED = re.compile(
    r"[1-4]e kwartaal|onder de 5\b|\(Jaarverslag[^)]*\)|laatste\s*12 maanden|\b20\d\d(?:-\d\d){0,2}\b|de \d+ percentages met een norm halen er \d+"
    r"|\d+ percentages? met een norm|\d+ (?:week|weken|maanden|werkdag|werkdagen|uur|seconden)\b"
    r"|\b(?:top|de) \d+ (?:van )?problemen\b", re.I)
FEW = 5  # fewer people are not told of
FOOT = re.compile(r"Jaarverslag 20\d\d, wijkondersteuningsteams[^\n]*\n?\s*\d*")
# Before labels are taken out, of which "december 2025" is one.
DAY = re.compile(r"\b\d{1,2} (?:januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december)\b")


def said_in(page, labels=()):
    """The numbers of its text; labels: texts of which the numbers are none."""
    page = drawings.words_of(ELSEWHERE.sub(" ", page))
    text = html.unescape(re.sub(r"<[^>]*>", " ", page)).replace("\u00a0", " ")
    text = DAY.sub(" ", text)
    for label in sorted(labels, key=len, reverse=True):
        text = text.replace(label, " ")
    return set(drawings.numbers(FIXED.sub(" ", text)))


def printed_in(page):
    """All numbers of the report, those of axes and rules too; but for what it was made of."""
    text = re.sub(r"<[^>]*>", " ", ELSEWHERE.sub(" ", page))
    return set(drawings.numbers(html.unescape(text)))


def printed_in_pdf(text):
    """The same of its PDF, of which each page has its number beside its foot."""
    pages = text.rpartition("Verantwoording")[0].split("\f")
    return {number for page in pages for number in drawings.numbers(FOOT.sub(" ", page))}


@functools.cache
def written(number):
    """Whole, or with one decimal; a share in percents."""
    scaled = [number, 100 * number] if 0 <= number <= 1 else [number]
    return {float(f(scale * value) / scale) for value in scaled for scale in (1, 10) for f in (math.floor, math.ceil)}


def leaves(answer):
    if isinstance(answer, dict):
        answer = list(answer.values())
    if isinstance(answer, list):
        for part in answer:
            yield from leaves(part)
    elif isinstance(answer, (int, float)) and not isinstance(answer, bool):
        yield abs(answer)


def shares(cell, total):
    """Of a cell that is shown, as parts of all it is taken of."""
    if cell["count"] is None:
        return
    of, unknown = cell["of"] or 0, cell["unknown"] or 0
    parts = [cell["count"], max(0, of - cell["count"]), unknown]
    known = of - cell["count"] - unknown  # and do not count; those of whom it is not known can be among the rest
    parts += [known, of - unknown] if known == 0 or known >= FEW else []
    yield from parts
    for whole in {of, of + unknown, total["count"] or 0} - {0}:
        yield from (part / whole for part in parts if part <= whole)


def numbers_of(figure):
    """All that a page may write of an answer."""
    told = list(leaves(figure))
    for cell in (figure, *figure["by"]):
        told += shares(cell, figure)
    return {number for value in told for number in written(value)}
