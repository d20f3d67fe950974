"""What is asked of a running application, and what its answers must be."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from itertools import groupby

from standards.live.operations import Operation
from standards.live.stage import Heard, Stage
from standards.remark import Remark

REFUSED = 401
LIMITED = 429
ERROR_MIN = 400
SERVER_ERROR_MIN = 500
PROBLEM = "application/problem+json"
MEMBERS = ("type", "title", "status")
MANY = 1_000_000_000
SUCCESS = range(200, 300)
NONSENSE = "definitely-not-a-route"

Proof = Callable[[Stage], AsyncIterator[Remark]]


async def strangers_are_refused(stage: Stage) -> AsyncIterator[Remark]:
    """A route that is not public answers somebody who is not known."""
    for operation in stage.operations:
        if operation.is_public:
            continue
        answer = await stage.ask(operation, body={})
        if answer.status != REFUSED:
            yield operation.remark(f"a stranger is answered {answer.status or 'with an error'}, not 401")


async def limits_are_reached(stage: Stage) -> AsyncIterator[Remark]:
    """A limit that is declared, or an attempt at a secret, never yields 429."""
    seen: set[str] = set()
    for operation in stage.operations:
        new = set(operation.limits) - seen
        if not new and not operation.is_tried:
            continue
        seen |= new
        name = ", ".join(sorted(new)) or "attempts"
        if not operation.is_public and stage.caller is None:
            yield operation.remark(f"whether the limit {name} holds is not known: name a `caller`")
            continue
        refusal = await asked_until_limited(stage, operation)
        if refusal is None:
            yield operation.remark(f"{stage.configuration.limit_attempts_max} calls, and no 429 ({name})")
        elif "retry-after" not in refusal:
            yield operation.remark("its 429 has no Retry-After")


async def asked_until_limited(stage: Stage, operation: Operation) -> dict[str, str] | None:
    """The headers of the first 429 from one address; None if there is none."""
    address = stage.new_address()
    headers = {} if operation.is_public else stage.caller
    for _ in range(stage.configuration.limit_attempts_max):
        answer = await stage.ask(operation, headers=headers, address=address)
        if answer.status == LIMITED:
            return answer.headers
    return None


async def lists_have_an_end(stage: Stage) -> AsyncIterator[Remark]:
    """A list gives as much as is asked for."""
    for operation in stage.operations:
        if operation.size is None or operation.method != "GET" or not (operation.is_public or stage.caller):
            continue
        answer = await stage.ask(operation, headers=stage.caller, query=f"{operation.size}={MANY}")
        if answer.status in SUCCESS:
            yield operation.remark(f"{operation.size}={MANY} is answered {answer.status}")


async def errors_are_problems(stage: Stage) -> AsyncIterator[Remark]:
    """An error is no problem document (RFC 9457), or an unexpected one."""
    await provoke(stage)
    for heard in one_for_each_operation(stage, is_error):
        complaint = complaint_about(heard)
        if complaint is not None:
            yield heard.operation.remark(complaint)


async def provoke(stage: Stage) -> None:
    """Ask for what is public, for what is not there, with a method that is not there, a body that is none."""
    if not stage.operations:
        return
    first = stage.operations[0]
    await stage.ask(replace(first, template=f"/{NONSENSE}", method="GET", body=None))
    await stage.ask(replace(first, method="TRACE", body=None))
    for operation in stage.operations:
        if operation.is_public and operation.method == "GET":
            await stage.ask(operation)
        elif operation.is_public and operation.body is not None:
            await stage.ask(operation, body=[NONSENSE])


def is_error(heard: Heard) -> bool:
    """Whether an answer is an error that is not a problem document."""
    return (heard.answer.status >= ERROR_MIN or heard.answer.status == 0) and complaint_about(
        heard
    ) is not None


def complaint_about(heard: Heard) -> str | None:
    """What is wrong with an error."""
    answer = heard.answer
    if answer.status >= SERVER_ERROR_MIN or answer.status == 0:
        return f"it fails ({answer.status or 'nothing is answered'})"
    kind = answer.headers.get("content-type", "nothing").partition(";")[0]
    if kind != PROBLEM:
        return f"its {answer.status} is {kind}"
    body = answer.json
    missing = [name for name in MEMBERS if not isinstance(body, dict) or name not in body]
    if missing or not isinstance(body, dict):
        return f"its {answer.status} has no {', '.join(missing)}"
    if body["status"] != answer.status:
        return f"its {answer.status} says {json.dumps(body['status'])}"
    return None


async def headers_protect(stage: Stage) -> AsyncIterator[Remark]:
    """An answer lacks the headers that tell browsers what not to do."""
    wanted = stage.configuration.security_headers

    def lacks(heard: Heard) -> bool:
        return any(name not in heard.answer.headers for name in wanted)

    await provoke(stage)
    for heard in one_for_each_operation(stage, lacks):
        missing = [name for name in wanted if name not in heard.answer.headers]
        yield heard.operation.remark(f"its {heard.answer.status} has no {', '.join(missing)}")


def one_for_each_operation(stage: Stage, wrong: Callable[[Heard], bool]) -> list[Heard]:
    """The first answer of each operation that is wrong."""
    found = sorted((heard for heard in stage.heard if wrong(heard)), key=lambda heard: heard.operation.name)
    return [next(group) for _, group in groupby(found, key=lambda heard: heard.operation.name)]


PROOFS: dict[str, Proof] = {
    "LIV001": strangers_are_refused,
    "LIV002": limits_are_reached,
    "LIV004": lists_have_an_end,
    "LIV003": errors_are_problems,
    "LIV006": headers_protect,
}
"""In this order: the last two look at all that has been answered."""
