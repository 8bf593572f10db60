"""Days in Europe/Amsterdam, by the rule of Directive 2000/84/EC; periods as `wotctl kpi` names them."""

import re
from datetime import date, datetime, time, timedelta, timezone
from functools import cache


def last_sunday(year, month):
    day = date(year, month, 31)
    return day - timedelta(days=(day.weekday() + 1) % 7)


@cache
def summer_time(year):
    """From the last Sunday of March to that of October, 01:00 UTC."""
    at_one = time(1, tzinfo=timezone.utc)
    return [datetime.combine(last_sunday(year, month), at_one) for month in (3, 10)]


def amsterdam_offset(instant):
    """Hours ahead of UTC."""
    begin, end = summer_time(instant.year)
    return 2 if begin <= instant < end else 1


def instant_of(text):
    return datetime.fromisoformat(text).astimezone(timezone.utc)


@cache
def day_of(instant):
    return (instant + timedelta(hours=amsterdam_offset(instant))).date()


def hour_of(instant):
    return (instant + timedelta(hours=amsterdam_offset(instant))).hour


def month_length(year, month):
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


def add_months(day, months):
    """The same day of that month, or its last day where that day does not exist."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, month_length(year, month + 1)))


def easter(year):
    """Gauss, for 1900 to 2099."""
    d = (19 * (year % 19) + 24) % 30
    e = (2 * (year % 4) + 4 * (year % 7) + 6 * d + 5) % 7
    late = (d, e) == (29, 6) or ((d, e) == (28, 6) and year % 19 > 10)
    return date(year, 3, 22) + timedelta(days=d + e - 7 * late)


@cache
def holidays(year):
    """King's Day on a Sunday moves to the Saturday before, which is no working day anyway."""
    fixed = {date(year, month, day) for month, day in ((1, 1), (4, 27), (5, 5), (12, 25), (12, 26))}
    return fixed | {easter(year) + timedelta(days=days) for days in (-2, 1, 39, 50)}


@cache
def add_working_days(day, count, closed=frozenset()):
    """The count-th working day after it; it is day 0 itself."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5 and day not in holidays(day.year) and day not in closed
    return day


def birthday(birth, age):
    """Born on 29 February: on 1 March in years without it."""
    try:
        return birth.replace(year=birth.year + age)
    except ValueError:
        return date(birth.year + age, 3, 1)


def age_on(birth, day):
    age = day.year - birth.year
    return age if birthday(birth, age) <= day else age - 1


def months_from(year, month, count):
    first = date(year, month, 1)
    return first, add_months(first, count) - timedelta(days=1)


def period_of(text, today):
    """(first day, last day), both in it."""
    if text == "today":
        return today, today
    if text == "year":
        return date(today.year, 1, 1), today
    if text == "quarter":
        return date(today.year, (today.month - 1) // 3 * 3 + 1, 1), today
    if match := re.fullmatch(r"(\d+)d", text):
        return today - timedelta(days=int(match[1]) - 1), today
    if ".." in text:
        first, last = text.split("..")
        return date.fromisoformat(first), date.fromisoformat(last)
    if match := re.fullmatch(r"(\d{4})-Q([1-4])", text):
        return months_from(int(match[1]), 3 * int(match[2]) - 2, 3)
    if match := re.fullmatch(r"(\d{4})-(\d\d)", text):
        return months_from(int(match[1]), int(match[2]), 1)
    if re.fullmatch(r"\d{4}", text):
        return months_from(int(text), 1, 12)
    day = date.fromisoformat(text)
    return day, day
