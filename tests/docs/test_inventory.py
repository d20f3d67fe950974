"""Every fenced block of the documents has somebody who runs it, or checks it."""

from standards.engine import chosen
from standards.page import page_of
from tests.docs.documents import ROOT, Document, documents
from tests.docs.inventory import BY_LANGUAGE, BY_PAGE, CLIENTS, RULES, runner_of

RUNNERS = {*BY_LANGUAGE.values(), *BY_PAGE.values()}


def test_every_block_has_somebody_who_runs_it():
    alone = [
        f"{page.name}:{block.line} ({block.language or 'without a language'})"
        for page in documents()
        for block in page.blocks
        if runner_of(page, block) is None
    ]

    assert alone == [], "CONTRIBUTING.md says which blocks are run by themselves"


def test_no_block_is_overlooked():
    for page in documents():
        fences = [line for line in page.text.splitlines() if line.lstrip().startswith("```")]

        assert len(fences) == 2 * len(page.blocks), page.name


def test_everybody_who_runs_blocks_is_there():
    for runner in RUNNERS:
        path, _, name = runner.partition("::")

        assert f"def {name or 'test_'}" in (ROOT / path).read_text(), runner


def test_nobody_is_named_for_blocks_that_are_not_there():
    there = {(page.name, block.language) for page in documents() for block in page.blocks}

    assert set(BY_PAGE) <= there


def test_every_block_of_the_rules_is_an_example_of_one():
    blocks = Document("docs/standards-rules.md").blocks
    pages = [page_of(rule) for rule in chosen((), ())]
    examples = [text for page in pages for each in (page.bad, page.good) for text in each.values()]

    assert sorted(block.text.partition("\n")[2] for block in blocks) == sorted(examples)
    assert {BY_PAGE["docs/standards-rules.md", block.language] for block in blocks} == {RULES}


def test_every_block_of_the_clients_is_run():
    blocks = [block.language for block in Document("docs/recipes/clients.md").blocks]

    assert sorted(blocks) == ["go", "go", "javascript", "python"]
    assert {BY_PAGE["docs/recipes/clients.md", language] for language in blocks} == {CLIENTS}
