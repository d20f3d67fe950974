"""What names tell."""

import re

PLURAL = re.compile(
    r"(s|people|children|men|mice|geese|teeth|feet|oxen|data|media|criteria|phenomena|alumni|fungi|nuclei|radii)$"
)
"""How the name of many ends."""

SECRET = re.compile(
    r"(^|_)(password|passwd|password_hash|hashed_password|secret|private_key|pepper)(_hash|_digest)?$|(key|token|secret)_(hash|digest)$"
)
"""How the name of a secret ends."""
