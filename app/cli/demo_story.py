"""The story of `faregate demo`: from signing in to a spent cap and a used-up limit."""

import re
import secrets
import time
from http import HTTPStatus
from typing import Any

import httpx2

from app.cli.console import say
from app.cli.demo_narrator import Narrator
from app.cli.development_credentials import DevelopmentPeople

API = "/api/v1"
CREDITS_NEEDED = 100
CALLS_NEEDED = 25
"""How many calls the story makes of its customer before it wants to meet the limit."""
LIMIT_MAX = 1_000
"""A limit beyond this is not the plan `free`'s, and too far to walk to."""
PUBLICATION_COST = 5
CUSTOMER_SCOPES = ["blog_posts:read", "blog_posts:write", "credits:read"]


class Story:
    """Tells it once; whatever it makes has a new name, so that it can be told again."""

    def __init__(self, narrator: Narrator, people: DevelopmentPeople) -> None:
        self._narrator = narrator
        self._people = people
        self._operator = self._owner = self._service_key = self._customer_key = ""
        self._organization_id = ""
        self._key_ids: list[str] = []

    def tell(self) -> None:
        """Tell all of it; the keys it made are deleted again, whatever happens."""
        try:
            self._sign_in()
            self._issue_keys()
            self._provide_credits()
            self._verify()
            self._publish()
            self._spend_a_cap()
            self._run_into_the_limit()
        finally:
            for key_id in self._key_ids:
                self._narrator.send("DELETE", f"{API}/api-keys/{key_id}", credential=self._operator)
        say("\nEvery answer was as expected.")

    def _sign_in(self) -> None:
        self._narrator.title("The operator and a customer sign in")
        self._operator = self._login(self._people.operator_email, self._people.operator_password)
        self._owner = self._login(self._people.owner_email, self._people.owner_password)

    def _login(self, email: str, password: str) -> str:
        body = {"email": email, "password": password}
        answer = self._narrator.call("POST", f"{API}/auth/login", body=body)
        return str(answer.json()["access_token"])

    def _issue_keys(self) -> None:
        self._narrator.title("The operator issues a service key, the customer a key of their own")
        self._service_key = self._issue_key(self._operator, scopes=["gate:verify"])
        self._customer_key = self._issue_key(self._owner, scopes=CUSTOMER_SCOPES)

    def _issue_key(self, credential: str, **members: Any) -> str:  # noqa: ANN401 -- members of a JSON body
        body = {"name": "Demo", **members}
        answer = self._narrator.call(
            "POST", f"{API}/api-keys", credential=credential, body=body, expect=HTTPStatus.CREATED
        )
        key = answer.json()
        self._key_ids.append(key["id"])
        self._organization_id = key["organization_id"]
        return str(key["api_key"])

    def _provide_credits(self) -> None:
        self._narrator.title("The customer has credits to spend")
        balance = self._balance()
        self._wait_for_calls()
        if balance < CREDITS_NEEDED:
            self._grant(CREDITS_NEEDED)

    def _balance(self) -> int:
        answer = self._narrator.call("GET", f"{API}/credits", credential=self._customer_key)
        return int(answer.json()["available"])

    def _grant(self, amount: int) -> None:
        body = {"organization_id": self._organization_id, "amount": amount, "reason": "Demo"}
        self._narrator.call(
            "POST",
            f"{API}/credits/grants",
            credential=self._operator,
            body=body,
            expect=HTTPStatus.CREATED,
        )

    def _wait_for_calls(self) -> None:
        """Let the customer's limit refill, if an earlier run has used it up."""
        for _ in range(CALLS_NEEDED):
            answer = self._narrator.send("GET", f"{API}/credits", credential=self._customer_key)
            if answer.status_code == HTTPStatus.OK and remaining_calls(answer) >= CALLS_NEEDED:
                return
            say(f"   the limit is used up by an earlier run: waiting {CALLS_NEEDED // 2} s")
            time.sleep(CALLS_NEEDED // 2)

    def _ask_the_gate(self, **question: Any) -> httpx2.Response:  # noqa: ANN401 -- members of a JSON body
        body = {"key": self._customer_key, **question}
        return self._narrator.call("POST", f"{API}/verify", credential=self._service_key, body=body)

    def _verify(self) -> None:
        check = self._narrator.check
        order = f"order-{secrets.token_hex(4)}"
        self._narrator.title("An API asks the gate about the customer's key, and charges 1 credit")
        answer = self._ask_the_gate(scopes=["blog_posts:read"])
        check(answer.json()["credits"]["charged"] == 1, "1 credit charged", answer)
        self._narrator.title("With a charge id: 3 credits, charged once however often it is sent")
        first = self._ask_the_gate(cost=3, charge_id=order)
        check(first.json()["code"] == "VALID", "VALID", first)
        replay = self._ask_the_gate(cost=3, charge_id=order)
        check(replay.json()["credits"] == first.json()["credits"], "the same credits again", replay)
        reused = self._ask_the_gate(cost=4, charge_id=order)
        check(reused.json()["code"] == "CHARGE_ID_REUSED", "CHARGE_ID_REUSED", reused)
        self._narrator.title("A key may not do what it has no scope for; nothing is charged")
        answer = self._ask_the_gate(scopes=["credits:grant"])
        check(answer.json()["code"] == "INSUFFICIENT_SCOPE", "INSUFFICIENT_SCOPE", answer)

    def _publish(self) -> None:
        self._narrator.title(
            "The customer writes a post and publishes it, for 5 credits; twice costs no more"
        )
        before = self._balance()
        post_id = self._write(self._customer_key)
        self._put_publication(post_id, self._customer_key)
        self._put_publication(post_id, self._customer_key)
        self._narrator.title("The balance tells, and the ledger explains it")
        answer = self._narrator.call("GET", f"{API}/credits", credential=self._customer_key)
        after = answer.json()["available"]
        self._narrator.check(after == before - PUBLICATION_COST, f"{before - PUBLICATION_COST} left", answer)
        ledger = self._narrator.call("GET", f"{API}/credits/ledger?size=3", credential=self._customer_key)
        newest = ledger.json()["items"][0]
        as_told = (newest["amount"], newest["balance_after"]) == (-PUBLICATION_COST, after)
        self._narrator.check(as_told, "the publication as the newest entry", ledger)

    def _write(self, credential: str) -> str:
        body = {"title": "Hello from the demo", "body": "It *works*."}
        answer = self._narrator.call(
            "POST", f"{API}/blog-posts", credential=credential, body=body, expect=HTTPStatus.CREATED
        )
        return str(answer.json()["id"])

    def _put_publication(self, post_id: str, credential: str, *, expect: HTTPStatus = HTTPStatus.OK) -> None:
        path = f"{API}/blog-posts/{post_id}/publication"
        self._narrator.call("PUT", path, credential=credential, expect=expect)

    def _spend_a_cap(self) -> None:
        self._narrator.title("A key with a cap of 5 credits pays for one publication; the second is a 402")
        capped = self._issue_key(self._owner, scopes=CUSTOMER_SCOPES, credit_cap=PUBLICATION_COST)
        self._put_publication(self._write(capped), capped)
        self._put_publication(self._write(capped), capped, expect=HTTPStatus.PAYMENT_REQUIRED)

    def _run_into_the_limit(self) -> None:
        self._narrator.title("When the minute's calls are used up, the next is refused with 429")
        say(f"   GET {API}/credits, as often and as fast as possible")
        for _ in range(LIMIT_MAX):
            answer = self._narrator.send("GET", f"{API}/credits", credential=self._customer_key)
            if answer.status_code != HTTPStatus.OK:
                break
        self._narrator.tell(answer)
        refused = answer.status_code == HTTPStatus.TOO_MANY_REQUESTS and "Retry-After" in answer.headers
        self._narrator.check(refused, "429 with Retry-After", answer)


def remaining_calls(answer: httpx2.Response) -> int:
    """What is left of the tightest limit, as the RateLimit field says; without limits, plenty."""
    left = [int(text) for text in re.findall(r";r=(\d+)", answer.headers.get("RateLimit", ""))]
    return min(left, default=LIMIT_MAX)
