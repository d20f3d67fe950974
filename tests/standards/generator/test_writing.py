"""All changes are made, or none."""

import signal

import pytest

from standards.errors import CheckError
from standards.generator.change import Change
from standards.generator.report import tree
from standards.generator.writing import write

CHANGES = [Change("a/b/new.py", None, "new\n"), Change("old.py", "old\n", "changed\n")]


@pytest.fixture
def project(tmp_path):
    (tmp_path / "old.py").write_text("old\n")
    return tmp_path


def all_of(folder):
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_what_is_made_and_what_is_edited_is_there(project):
    write(project, CHANGES)

    assert all_of(project) == {"a/b/new.py": "new\n", "old.py": "changed\n"}


def test_a_run_that_fails_half_way_leaves_everything_as_it_was(project):
    taken = Change("a/b/new.py", None, "again\n")

    with pytest.raises(CheckError, match="nothing was written"):
        write(project, [*CHANGES, taken])

    assert all_of(project) == {"old.py": "old\n"}
    assert [path.name for path in project.iterdir()] == ["old.py"]


class Interrupting(Change):
    """Ends the process as soon as the first file is in its place."""

    folder, number = None, signal.SIGINT

    @property
    def is_new(self):
        if (self.folder / CHANGES[0].path).exists():
            signal.raise_signal(self.number)
        return self.before is None


@pytest.fixture
def at_a_terminal():
    """A shell lets what it starts in the background ignore Ctrl-C; at a terminal it is heard."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("at_a_terminal")
@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name
)
def test_a_run_that_is_ended_half_way_leaves_everything_as_it_was(project, monkeypatch, number):
    monkeypatch.setattr(Interrupting, "folder", project)
    monkeypatch.setattr(Interrupting, "number", number)

    with pytest.raises(KeyboardInterrupt):
        write(project, [*CHANGES, Interrupting("last.py", None, "last\n")])

    assert all_of(project) == {"old.py": "old\n"}
    assert [path.name for path in project.iterdir()] == ["old.py"]


def test_a_file_that_is_there_is_never_overwritten(project):
    (project / "a" / "b").mkdir(parents=True)
    (project / "a" / "b" / "new.py").write_text("mine\n")

    with pytest.raises(CheckError, match="exists already"):
        write(project, CHANGES)

    assert all_of(project) == {"a/b/new.py": "mine\n", "old.py": "old\n"}


def test_a_file_that_has_changed_meanwhile_is_left_alone(project):
    (project / "old.py").write_text("mine\n")

    with pytest.raises(CheckError, match="changed meanwhile"):
        write(project, CHANGES)

    assert all_of(project) == {"old.py": "mine\n"}


def test_the_tree_has_a_tick_for_each_file():
    assert tree(CHANGES, "+").splitlines() == ["a/", "  b/", "    + new.py", "+ old.py (edited)"]
