"""What is asked of a history, and what a row of it gives."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property


@dataclass(slots=True)
class Given:
    row: object
    count: int = 0
    of: int = 0
    unknown: int = 0
    outside: bool = False  # the unknown stand outside `of`
    measure: int = None


@dataclass(frozen=True)
class Question:
    history: object
    first: date
    last: date
    definition: int
    today: date = date.max

    def within(self, day):
        return day is not None and self.first <= day <= self.last

    @cached_property
    def reported(self):
        """Help requests: rules 1 and 2. The report of 2023 counted all ages together."""
        cases = self.adults if self.definition != 2023 else self.history.cases.values()
        return [case for case in cases if not case.advice and self.within(case.reported)]

    @cached_property
    def adults(self):
        return [case for case in self.history.cases.values() if not case.youth]
