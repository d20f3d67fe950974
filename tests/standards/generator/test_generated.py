"""What is written passes everything untouched, in a copy of the repository."""

import re

import pytest

from tests.docs.test_first_entity import checkout, run

__all__ = ["checkout"]
pytestmark = pytest.mark.long

ASKED = [
    ["Customer", "name:str:unique", "notes:text?"],
    [
        "Invoice", "number:str:unique", "total:int", "due_on:date?", "customer_id:fk(customers)",
        "status:enum(draft,sent,paid)",
    ],
    ["Category", "name:str(12)", "parent_id:fk(categories)?", "active:bool"],
    [
        "Person", "code:str(3):unique", "born_on:date", "seen_at:datetime?", "reference:uuid", "score:int?",
        "bio:text", "level:enum(low,high)?", "home_id:fk(organizations)", "post_id:fk(blog_posts)?",
    ],
]  # fmt: skip
NOUNS = ("customer", "invoice", "category", "person")
PLACES = [
    *(f"tests/api/v1/test_{name}.py" for name in ("customers", "invoices", "categories", "people")),
    *(f"tests/services/test_{name}_service.py" for name in NOUNS),
    *(f"tests/repositories/test_{name}_repository.py" for name in NOUNS),
    *(f"tests/schemas/test_{name}.py" for name in NOUNS),
    "tests/architecture/test_access.py", "tests/architecture/test_the_standards.py",
    "tests/architecture/test_migrations.py::test_migrations_and_models_do_not_drift",
    "tests/api/test_foreign_ids.py", "tests/api/test_openapi.py", "tests/docs/test_reference.py",
]  # fmt: skip


def test_what_is_written_passes_the_checks_and_its_own_tests(checkout):
    for name, *fields in ASKED:
        run([".venv/bin/python", "-m", "standards", "new", "entity", name, *fields], checkout)

    run(["make", "check"], checkout)
    told = run(["make", "test", f"ARGS=-x {' '.join(PLACES)}"], checkout)
    assert re.search(r"\d{3,} passed|\[100%\]", told)


def test_a_dry_run_writes_nothing_and_its_diff_does_what_a_run_does(checkout):
    command = [".venv/bin/python", "-m", "standards", "new", "entity", *ASKED[0]]
    before = run(["git", "status", "--short"], checkout)

    diff = run([*command, "--dry-run"], checkout)

    assert run(["git", "status", "--short"], checkout) == before
    run(["git", "apply", "--check"], checkout, diff)
