"""Every POST either takes an `Idempotency-Key`, or stands here with the reason."""

import secrets

from app.core.database import transaction
from app.core.idempotency import Answer, RepeatableCall
from app.core.principal import Principal, PrincipalType
from app.repositories.idempotency_key_repository import IdempotencyKeyRepository
from app.services.idempotency_service import IdempotencyService
from tests.api.operations import OPERATIONS
from tests.api.routes import ABSENT_ID, all_routes

NOBODY = "nobody is known to be calling: whoever had the key would get another's answer"
GATE = "charge ids make it safe to repeat, and a verdict is of now"
QUESTION = "it changes nothing, and a kept answer would be old"
PROOF = "a proof works once, and its answer opens a session"
EXCEPTIONS = {
    "POST /api/v1/verify": GATE,
    "POST /api/v1/verify/batch": GATE,
    "POST /api/v1/auth/introspect": QUESTION,
    "POST /api/v1/account/export": QUESTION,
    "POST /api/v1/auth/reauthenticate": PROOF,
    "POST /api/v1/auth/reauthenticate/passkey": PROOF,
    "POST /api/v1/auth/reauthenticate/totp": PROOF,
    "POST /api/v1/auth/reauthenticate/mail/confirmation": PROOF,
    "POST /api/v1/auth/login": NOBODY,
    "POST /api/v1/auth/refresh": NOBODY,
    "POST /api/v1/auth/revoke": NOBODY,
    "POST /api/v1/auth/sign-up": NOBODY,
    "POST /api/v1/auth/sign-up/link": NOBODY,
    "POST /api/v1/auth/sign-up/code": NOBODY,
    "POST /api/v1/auth/password-reset": NOBODY,
    "POST /api/v1/auth/password-reset/link": NOBODY,
    "POST /api/v1/auth/providers/{name}/start": NOBODY,
    "POST /api/v1/auth/providers/{name}/callback": NOBODY,
    "POST /api/v1/auth/mfa/totp": NOBODY,
    "POST /api/v1/auth/mfa/recovery-code": NOBODY,
    "POST /api/v1/auth/mfa/passkey/options": NOBODY,
    "POST /api/v1/auth/mfa/passkey": NOBODY,
    "POST /api/v1/auth/passkeys/sign-in/options": NOBODY,
    "POST /api/v1/auth/passkeys/sign-in": NOBODY,
    "POST /api/v1/invitations/decline": NOBODY,
    "POST /api/v1/invitations/sign-up": NOBODY,
    "POST /api/v1/leak-reports": NOBODY,
}


def repeatable(app):
    """The POSTs that take a key."""
    posts = [route for route in all_routes(app) if route.method == "POST"]
    return [route for route in posts if route.access.is_repeatable({route.method})]


def test_every_post_takes_a_key_or_has_a_reason_not_to(app):
    posts = {str(route) for route in all_routes(app) if route.method == "POST"}

    assert posts - {str(route) for route in repeatable(app)} == set(EXCEPTIONS)


def test_the_document_says_which(app):
    taking = {str(route) for route in repeatable(app)}

    named = {str(each) for each in OPERATIONS if "Idempotency-Key" in each.parameters("header")}
    marked = {str(each) for each in OPERATIONS if each.definition["x-faregate-access"]["idempotency_key"]}
    assert named == marked == taking


async def test_each_of_them_gives_a_kept_answer_again_and_does_nothing(app, client, world, resources):
    operator, answered = await world.operator(), {}
    for route in repeatable(app):
        name = secrets.token_hex(8)
        call = await keep(resources, operator, route, name)
        headers = operator.headers | {"Idempotency-Key": name}

        answer = await client.post(route.url, json={}, headers=headers)

        if (answer.status_code, answer.text) != (299, name) or "idempotent-replayed" not in answer.headers:
            answered[str(route)] = (answer.status_code, answer.text, call)

    assert answered == {}


async def test_none_of_the_others_looks_at_the_header(app, client, world):
    operator, answered = await world.operator(), {}
    for name in EXCEPTIONS:
        method, path = name.split()
        headers = operator.headers | {"Idempotency-Key": "k" * 300}

        answer = await client.request(method, path.format(name="test"), json={}, headers=headers)

        if "Idempotency-Key" in answer.text or answer.status_code >= 500:
            answered[name] = answer.text

    assert answered == {}


async def keep(resources, operator, route, name):
    """Make it look as if the operator had called this before."""
    principal = Principal(
        type=PrincipalType.SESSION,
        organization_id=operator.organization_id,
        user_id=operator.user_id,
        scopes=frozenset(),
    )
    ids = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    place = [route.method, route.path, *(f"{each}={ABSENT_ID}" for each in ids)]
    call = RepeatableCall.of(principal, route=place, idempotency_key=name, body={})
    async with transaction(resources.engine) as session:
        service = IdempotencyService(IdempotencyKeyRepository(session), resources.secret_box)
        await service.keep(
            call, Answer(299, [(b"content-type", b"text/plain")], name.encode()), user_id=operator.user_id
        )
    return call
