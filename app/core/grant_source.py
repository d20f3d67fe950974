"""Why an organization was given credits."""

from enum import StrEnum


class GrantSource(StrEnum):
    """Of credits that are alike otherwise, promotional ones are burned before paid ones."""

    PURCHASE = "purchase"
    PROMO = "promo"
    PLAN = "plan"
    ADJUSTMENT = "adjustment"
