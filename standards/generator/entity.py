"""`new entity NAME field:type ...`."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from standards.errors import refuse
from standards.generator.asked import asked_fields
from standards.generator.change import Change
from standards.generator.field import Field
from standards.generator.formatting import formatted
from standards.generator.house import House
from standards.generator.names import Names, names_of
from standards.generator.registrations import registered
from standards.generator.rendering import context_of, render, rendered_slice, targets_of

MINUTE = "%Y%m%d_%H%M"


def new_entity(house: House, entity: str, texts: Sequence[str], *, plural: str | None = None) -> list[Change]:
    """All that a new entity takes.

    Raises:
        CheckError: it cannot be made; nothing has been written.
    """
    names = names_of(entity, plural)
    require_new(house, names)
    fields = asked_fields(texts, house, names)
    require_telling(names, fields)
    revision = next_revision(house)
    context = {**context_of(names, fields), "revision": revision, "head": house.head()}
    migration = house.migration_path(revision, f"create {names.table} table")
    made = rendered_slice(names, fields) | {migration: render("migration.py.j2", context)}
    for path in made:
        if house.exists(path):
            refuse(f"{path} exists already, and nothing is overwritten")
    edited = registered(house, names, targets_of(fields))
    texts_after = formatted(house.root, made | edited)
    return [
        Change(path, None if path in made else house.read(path), text) for path, text in texts_after.items()
    ]


def require_new(house: House, names: Names) -> None:
    """Go on only if nothing is called that yet.

    Raises:
        CheckError: something is.
    """
    if names.table in house.entities:
        refuse(f"there is a table `{names.table}` already: {house.entities[names.table].names.pascal}")
    for entity in house.entities.values():
        if entity.names.pascal.lower() == names.pascal.lower():
            refuse(f"there is a class {entity.names.pascal} already")


def require_telling(names: Names, fields: Sequence[Field]) -> None:
    """Go on only with an entity that says something of its own.

    Raises:
        CheckError: it says nothing, or two of its fields would get one name.
    """
    if all(field.target is not None for field in fields):
        refuse(f"{names.pascal} needs a field that says something, such as name:str")
    aliases = [field.alias(names.pascal) for field in fields]
    twice = sorted({alias for alias in aliases if aliases.count(alias) > 1})
    if twice:
        refuse(f"{names.pascal} has two fields whose type would be called {twice[0]}")


def next_revision(house: House) -> str:
    """The minute that it is, or the one after the newest migration's."""
    newest = max(house.revisions(), default="")
    now = f"{datetime.now(UTC):{MINUTE}}"
    if now > newest:
        return now
    try:
        after = datetime.strptime(newest, MINUTE).replace(tzinfo=UTC) + timedelta(minutes=1)
    except ValueError as error:
        refuse(f"the newest migration, {newest}, is not named after its minute", error)
    return f"{after:{MINUTE}}"
