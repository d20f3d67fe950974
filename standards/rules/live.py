"""What only a running application shows; `standards.live` proves it, by requests."""

from collections.abc import Iterator

from standards.project import Project
from standards.remark import Remark
from standards.rule import rule


@rule("LIV001")
@rule("LIV002")
@rule("LIV003")
@rule("LIV004")
@rule("LIV005")
@rule("LIV006")
def running_applications_show_it(_project: Project) -> Iterator[Remark]:
    """Nothing of it is seen in the source."""
    yield from ()
