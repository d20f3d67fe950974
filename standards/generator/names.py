"""What an entity is called in every place that names it."""

import builtins
import keyword
import re
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import inflect

from standards.errors import refuse
from standards.words import PLURAL

PASCAL = re.compile(r"([A-Z][a-z0-9]+)+")
SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LENGTH_MAX = 30
SINGULAR_ENDINGS = ("ss", "us", "is")
"""Of words that dictionaries of endings take for plurals: address, status, analysis."""

TAKEN = {
    name: frozenset(words.split())
    for name, words in tomllib.loads(
        Path(__file__).with_name("taken_names.toml").read_text(encoding="utf-8")
    ).items()
}
TAKEN_CLASSES = TAKEN["taken_classes"]
"""Classes that the modules of a slice import, or define."""

TAKEN_VARIABLES = TAKEN["taken_variables"]
"""Variables that a slice has already."""

RESERVED_WORDS = TAKEN["reserved_words"]
"""PostgreSQL's: as a table or a column they would need quotes wherever SQL is written by hand."""


@dataclass(frozen=True)
class Names:
    """An entity's names, all made from its class and its plural: `BlogPost`, `blog_posts`."""

    pascal: str
    table: str

    @cached_property
    def snake(self) -> str:
        """A variable, and the stem of files: `blog_post`."""
        return snake_of(self.pascal)

    @property
    def noun(self) -> str:
        """What people say: `blog post`."""
        return self.snake.replace("_", " ")

    @property
    def nouns(self) -> str:
        """Several of them: `blog posts`."""
        return self.table.replace("_", " ")

    @cached_property
    def a_noun(self) -> str:
        """One of them: `a blog post`."""
        return str(dictionary().a(self.noun))

    @property
    def path(self) -> str:
        """The last part of its address: `blog-posts`."""
        return self.table.replace("_", "-")

    @property
    def constant(self) -> str:
        """A constant that is about all of them: `BLOG_POSTS`."""
        return self.table.upper()


def names_of(entity: str, plural: str | None = None) -> Names:
    """The names of a new entity.

    Raises:
        CheckError: it cannot be called that.
    """
    if not PASCAL.fullmatch(entity) or len(entity) > LENGTH_MAX:
        refuse(f"{entity} is no name of a class: write one such as Invoice or SupportTicket")
    snake = snake_of(entity)
    if keyword.iskeyword(snake) or keyword.issoftkeyword(snake) or is_builtin(snake):
        refuse(f"{entity} cannot be an entity: `{snake}` is a word of Python")
    if entity in TAKEN_CLASSES or snake in TAKEN_VARIABLES:
        refuse(f"{entity} cannot be an entity: the code around it uses that name already")
    if plural is None:
        refuse_plural(entity, snake)
    table = plural or plural_of(snake)
    if not SNAKE.fullmatch(table) or len(table) > LENGTH_MAX:
        refuse(f"--plural {table} must be snake_case, such as support_tickets")
    if table == snake:
        refuse(f"{entity} is its own plural: give another with --plural, such as {snake}_items")
    if not PLURAL.search(table):
        refuse(f"{entity} would be stored in `{table}`, which looks like one: give another with --plural")
    if table in RESERVED_WORDS or keyword.iskeyword(table) or is_builtin(table) or table in TAKEN_VARIABLES:
        refuse(f"{entity} would be stored in `{table}`, which is reserved: give another with --plural")
    return Names(entity, table)


def refuse_plural(entity: str, snake: str) -> None:
    """Go on only with the name of one.

    Raises:
        CheckError: it is the name of many.
    """
    *before, last = snake.split("_")
    singular = dictionary().singular_noun(last)
    if last.endswith(SINGULAR_ENDINGS) or not singular or singular == last:
        return
    if dictionary().plural_noun(singular) == last:
        one = "".join(word.capitalize() for word in (*before, str(singular)))
        refuse(f"{entity} is a plural: an entity is called after one, such as {one}")


def plural_of(snake: str) -> str:
    """Many of it: only the last word changes."""
    *before, last = snake.split("_")
    return "_".join([*before, str(dictionary().plural_noun(last))])


def snake_of(pascal: str) -> str:
    """`BlogPost` as `blog_post`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", pascal).lower()


def pascal_of(snake: str) -> str:
    """`due_on` as `DueOn`."""
    return "".join(word[:1].upper() + word[1:] for word in snake.split("_"))


def is_builtin(name: str) -> bool:
    """Whether Python has something of this name everywhere."""
    return hasattr(builtins, name)


@cache
def dictionary() -> inflect.engine:
    """What knows English plurals and articles."""
    return inflect.engine()
