"""What is promised about failures has its evidence."""

from tests.docs.documents import ROOT, Document
from tests.docs.test_references import TEST, rows_of

RELIABILITY = Document("docs/reliability.md")
WITHOUT_STORE = {
    "tests/core/test_gcra.py",
    "tests/services/test_admission_charging.py",
    "tests/services/test_admission_limits.py",
}
"""They look at the figures alone."""
TRAPS = [*(f"B{n}" for n in range(1, 15)), *(f"C{n}" for n in range(1, 18))]


def traps():
    """The tests of each trap."""
    return {row[0]: TEST.findall(row[2]) for row in rows_of(RELIABILITY, 3) if row[0][:1] in {"B", "C"}}


def test_every_known_trap_has_a_test():
    assert list(traps()) == TRAPS
    assert [trap for trap, tests in traps().items() if not tests] == []


def test_every_known_trap_is_shown_on_postgresql():
    unshown = [trap for trap, tests in traps().items() if {file for file, _ in tests} <= WITHOUT_STORE]

    assert unshown == []


def test_every_torture_is_told():
    told = {f"{file}::{name}" for file, name in TEST.findall(RELIABILITY.prose)}
    tortures = {
        f"{path.relative_to(ROOT).as_posix()}::{line.split('(')[0].split()[-1]}"
        for path in (ROOT / "tests" / "torture").glob("test_*.py")
        for line in path.read_text().splitlines()
        if line.startswith(("async def test_", "def test_"))
    }

    assert tortures <= told
