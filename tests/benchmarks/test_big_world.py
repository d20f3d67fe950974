import hmac
from hashlib import sha256

from app.core.api_key_secrets import parse
from benchmarks.big_world import BigWorld, digest_of

WORLD = BigWorld("pepper" * 8)


def test_every_key_of_the_big_world_is_well_formed():
    presented = parse(WORLD.key_string(1_000_000))

    assert presented.secret == digest_of("secret1000000").encode()


def test_scattered_keys_never_repeat():
    keys = WORLD.scattered_keys(20_000)

    assert len(set(keys)) == 20_000


def test_the_padded_peppers_make_the_hmac_that_keys_are_checked_with():
    outer, inner = WORLD.padded_peppers()
    secret = b"0123456789abcdef0123456789abcdef"

    digest = sha256(outer + sha256(inner + secret).digest()).digest()

    assert digest == hmac.digest(WORLD.pepper.encode(), secret, "sha256")
