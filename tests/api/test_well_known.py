"""The public keys, for whoever verifies our access tokens themselves."""

import jwt

from tests.factories.account import make_account


async def test_the_public_keys_verify_an_access_token_and_tell_nothing_more(client, world):
    account = await make_account(world)
    tokens = await account.login(client)

    answer = await client.get("/.well-known/jwks.json")

    (key,) = answer.json()["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "alg", "use"}
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
