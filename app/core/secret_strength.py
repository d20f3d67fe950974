"""Whether a secret is fit for production: there, not short, not a sample."""

from urllib.parse import urlsplit

from pydantic import SecretStr

from app.core.secret_box import read_encryption_key

PEPPER_LENGTH_MIN = 32
PEPPER_VARIETY_MIN = 8
"""Different characters in a pepper: random hexadecimal digits have 16, `aaaa...` has one."""

KEY_VARIETY_MIN = 16
"""Different bytes in an encryption key: 32 random ones have about 30, and 16 only by a wonder."""

SAMPLE_WORDS = ("change", "example", "sample", "insecure", "password", "secret")
SAMPLE_PASSWORDS = frozenset({"faregate", "postgres", "admin", "123456", *SAMPLE_WORDS})


def is_sample(text: str) -> bool:
    """Whether a secret reads like one from a manual."""
    return any(word in text.lower() for word in SAMPLE_WORDS)


def complaint_about_pepper(pepper: SecretStr | None) -> str | None:
    """What is wrong with a pepper; None when nothing is."""
    if pepper is None:
        return "is missing"
    text = pepper.get_secret_value()
    if len(text) < PEPPER_LENGTH_MIN:
        return f"is too short: at least {PEPPER_LENGTH_MIN} random characters are needed"
    if is_sample(text) or len(set(text)) < PEPPER_VARIETY_MIN:
        return "is a sample, not random"
    return None


def complaint_about_encryption_key(key: SecretStr | None) -> str | None:
    """What is wrong with an encryption key; None when nothing is."""
    if key is None:
        return "is missing"
    try:
        key_bytes = read_encryption_key(key.get_secret_value())
    except ValueError as error:
        return str(error)
    return "is a sample, not random" if len(set(key_bytes)) < KEY_VARIETY_MIN else None


def complaint_about_url(url: SecretStr | None) -> str | None:
    """What is wrong with a database URL; None when nothing is. No password at all may be right (a socket)."""
    if url is None:
        return "is missing (DATABASE_URL will do)"
    password = urlsplit(url.get_secret_value()).password or ""
    if password and (password.lower() in SAMPLE_PASSWORDS or is_sample(password)):
        return "has a sample password"
    return None
