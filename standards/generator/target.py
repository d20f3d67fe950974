"""What a foreign key may point to."""

from dataclasses import dataclass

from standards.generator.names import Names


@dataclass(frozen=True, slots=True)
class Target:
    """An entity that others refer to."""

    names: Names
    by_organization: bool = True
    """Whether it belongs to an organization, as all generated ones do; an organization does not."""
    factory: str = ""
    """The function of the tests that makes one through the API, with the module it is in."""

    @property
    def repository(self) -> str:
        """The class that asks for it."""
        return f"{self.names.pascal}Repository"
