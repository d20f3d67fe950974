"""What can be asked for, and what is refused in one line."""

import pytest

from standards.errors import CheckError
from standards.generator.asked import asked_fields
from standards.generator.house import House
from standards.generator.names import Names, names_of
from tests.conftest import ROOT

INVOICE = Names("Invoice", "invoices")


@pytest.fixture(scope="module")
def house():
    return House(ROOT)


@pytest.mark.parametrize(
    ("entity", "table", "path", "noun"),
    [
        ("Invoice", "invoices", "invoices", "an invoice"),
        ("Category", "categories", "categories", "a category"),
        ("Person", "people", "people", "a person"),
        ("SupportTicket", "support_tickets", "support-tickets", "a support ticket"),
        ("Address", "addresses", "addresses", "an address"),
        ("Analysis", "analyses", "analyses", "an analysis"),
    ],
)
def test_every_name_is_made_from_the_class(entity, table, path, noun):
    names = names_of(entity)

    assert (names.table, names.path, names.a_noun) == (table, path, noun)


@pytest.mark.parametrize(
    ("entity", "reason"),
    [
        ("invoice", "no name of a class"),
        ("Invoice2!", "no name of a class"),
        ("X" * 31, "no name of a class"),
        ("Class", "a word of Python"),
        ("Match", "a word of Python"),
        ("List", "a word of Python"),
        ("Invoices", "is a plural: an entity is called after one, such as Invoice"),
        ("People", "such as Person"),
        ("Client", "uses that name already"),
        ("Page", "uses that name already"),
        ("News", "is its own plural: give another with --plural"),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_its_reason(entity, reason):
    with pytest.raises(CheckError, match=reason):
        names_of(entity)


@pytest.mark.parametrize("plural", ["News", "window", "users all", "order"])
def test_a_plural_that_cannot_be_is_refused(plural):
    with pytest.raises(CheckError, match="--plural"):
        names_of("News", plural)


def test_a_plural_of_ones_own_is_taken():
    assert names_of("News", "news_items").table == "news_items"


def test_all_that_a_field_can_say_is_understood(house):
    asked = [
        "number:str(80):unique",
        "due_on:date?",
        "state:enum(draft, sent)",
        "customer_id:fk(organizations)?",
    ]

    number, due, state, customer = asked_fields(asked, house, INVOICE)

    assert (number.type, number.length, number.unique, number.optional) == ("str", 80, True, False)
    assert (due.type, due.optional) == ("date", True)
    assert (state.values, state.length) == (("draft", "sent"), 5)
    assert (customer.target.names.pascal, customer.target.by_organization) == ("Organization", False)


@pytest.mark.parametrize("spelling", ["note:str?:unique", "note:str:unique?"])
def test_the_question_mark_may_stand_on_either_side(house, spelling):
    (note,) = asked_fields([spelling], house, INVOICE)

    assert note.optional and note.unique  # noqa: PT018 -- one thing, said in two


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("number", "is no field: write name:type"),
        ("Number:str", "is no name of a field"),
        ("class:str", "a word of Python or SQL"),
        ("user:str", "a word of Python or SQL"),
        ("id:uuid", "every entity has"),
        ("size:int", "uses that name already"),
        ("model_name:str", "uses that name already"),
        ("password:str", "sounds like a secret"),
        ("total:decimal", "whole numbers of the smallest unit"),
        ("total:number", "there are str, text, int"),
        ("total:int(5)", "only str has a length"),
        ("name:str(0)", "only str has a length"),
        ("state:enum(draft)", "2 to 50 different words"),
        ("state:enum(draft,draft)", "2 to 50 different words"),
        ("state:enum(Draft,sent)", "2 to 50 different words"),
        ("paid:bool:unique", "bool cannot be unique"),
        ("customer:fk(organizations)", "its name ends in _id: customer_id"),
        ("customer_id:fk", "write the table it points to"),
        ("customer_id:fk(nothing)", "there is no such table; there are blog_posts, organizations"),
        ("customer_id:fk(users)", "only what belongs to an organization"),
        ("invoice_id:fk(invoices)", "make it optional"),
        ("customer_id:fk(organizations):unique", "it could be filled once"),
    ],
)
def test_a_field_that_cannot_be_is_refused_with_its_reason(house, field, reason):
    with pytest.raises(CheckError, match=reason):
        asked_fields([field], house, INVOICE)


def test_a_field_is_asked_for_once(house):
    with pytest.raises(CheckError, match="Invoice would have number twice"):
        asked_fields(["number:str", "number:int"], house, INVOICE)


def test_a_name_that_postgresql_would_cut_is_refused(house):
    owner = Names("A" * 30, f"{'a' * 29}s")

    with pytest.raises(CheckError, match="63 characters"):
        asked_fields([f"{'b' * 30}:str"], house, owner)
