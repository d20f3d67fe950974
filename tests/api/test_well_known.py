"""The public keys, for whoever verifies our access tokens themselves."""

import jwt

from tests.factories.account import make_account


async def test_the_public_keys_verify_an_access_token_and_tell_nothing_more(client, world):
    """SEC-27: the next key is published as well, and no private member of any."""
    account = await make_account(world)
    tokens = await account.login(client)

    answer = await client.get("/.well-known/jwks.json")

    published = answer.json()["keys"]
    assert len(published) >= 2
    assert all(set(key) == {"kty", "crv", "x", "y", "kid", "alg", "use"} for key in published)
    kid = jwt.get_unverified_header(tokens["access_token"])["kid"]
    (key,) = [key for key in published if key["kid"] == kid]
    claims = jwt.decode(
        tokens["access_token"],
        jwt.PyJWK(key).key,
        algorithms=["ES256"],
        audience="faregate",
        issuer="faregate",
    )
    assert claims["sub"] == str(account.user.id)
    assert claims["sid"] == tokens["session_id"]
    assert claims["exp"] - claims["iat"] == 600


async def test_the_public_keys_may_be_kept_for_five_minutes_by_everyone(client):
    answer = await client.get("/.well-known/jwks.json")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=300"
