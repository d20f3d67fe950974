"""Entity tags (RFC 9110, section 8.8.3): how they are made, and how clients' headers are read."""

import hashlib
import re

from pydantic import BaseModel

ENTITY_TAG = re.compile(r'(?:^|[ \t,])(?P<weak>W/)?"(?P<opaque>[^"]*)"')
ANY = "*"


def version_tag(version: int) -> str:
    """The strong tag of an entity that counts its changes."""
    return f'"{version}"'


def living_tag(version: int, body: BaseModel) -> str:
    """The strong tag of an entity of which more changes than its version counts, such as when it was used.

    A write is conditional on the version alone: what stands before the dot.
    """
    return f'"{version}.{digest_of(body)}"'


def content_tag(body: BaseModel) -> str:
    """The strong tag of a body whose parts may change or be replaced one by one, such as a list."""
    return f'"{digest_of(body)}"'


def digest_of(body: BaseModel) -> str:
    """A short digest of the body's JSON."""
    return hashlib.sha256(body.model_dump_json().encode()).hexdigest()[:32]


def strong_versions(header: str) -> frozenset[str]:
    """The versions that the strong tags in `header` stand for."""
    found = ENTITY_TAG.finditer(header)
    return frozenset(match["opaque"].partition(".")[0] for match in found if match["weak"] is None)


def weakly_matches(header: str, tag: str) -> bool:
    """Whether `header` lists `tag`, weak or strong, or any tag at all (RFC 9110, section 13.1.2)."""
    opaques = {match["opaque"] for match in ENTITY_TAG.finditer(header)}
    return header.strip() == ANY or tag.strip('"') in opaques
