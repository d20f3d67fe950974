"""`decide`, whatever is asked in whatever batches, against a naive gate that is asked one by one."""

from datetime import timedelta
from ipaddress import ip_address

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from app.core.admission import AdmissionCall, AdmissionRequest, LimitUse, organization_subject
from app.services.admission_decision import decide
from tests.services.admission_stage import CREDENTIALS, PLANS, POLICY, PRESENTED, Stage
from tests.services.naive_gate import NaiveGate

NAMES_OF_LIMITS = {name: sorted(PLANS[row.plan_id]) for name, (_, row) in CREDENTIALS.items()}
ADDRESSES = [None, *map(ip_address, ["192.0.2.7", "198.51.100.1", "2001:db8::1", "2001:db9::1"])]


@st.composite
def questions(draw):
    """Any question of a well-formed kind: the name of a credential, and what is asked about it."""
    name = draw(st.sampled_from(sorted(PRESENTED)))
    asked = {
        "cost": draw(st.sampled_from([0, 0, 1, 1, 2, 3, 5, 13, 41])),
        "scopes": draw(st.sampled_from([(), (), ("forecast:read",), ("blog_posts:read",), ("gate:verify",)])),
        "charge_id": draw(st.sampled_from([None, None, "one", "two", "three"])),
        "address": draw(st.sampled_from(ADDRESSES)),
    }
    if draw(st.booleans()):
        chosen = draw(st.lists(st.sampled_from(NAMES_OF_LIMITS.get(name, []) or ["x"]), unique=True))
        known = [limit for limit in chosen if limit in NAMES_OF_LIMITS.get(name, [])]
        asked["limits"] = tuple(
            LimitUse(limit, draw(st.sampled_from([0, 1, 1, 2, 7, 10]))) for limit in known
        )
    return name, asked


class GateAgainstNaiveGate(RuleBasedStateMachine):
    """Batches of calls of requests here; the same questions, flat and in order, there."""

    def __init__(self):
        super().__init__()
        self.stage = Stage()
        self.naive = NaiveGate()
        self.granted = sum(self.stage.credits.values())

    @rule(calls=st.lists(st.lists(questions(), min_size=1, max_size=6), min_size=1, max_size=5))
    def decide_a_batch(self, calls):
        snapshot = self.stage.snapshot()
        batch = [
            AdmissionCall([AdmissionRequest(PRESENTED[name], **asked) for name, asked in call])
            for call in calls
        ]

        verdicts, changes = decide(batch, snapshot, POLICY)

        self.stage.apply(changes)
        asked = [question for call in calls for question in call]
        given = [verdict for call in verdicts for verdict in call.verdicts]
        assert [len(call.verdicts) for call in verdicts] == [len(call) for call in calls]
        for (name, values), verdict in zip(asked, given, strict=True):
            self.compare(name, values, verdict)

    @rule(seconds=st.sampled_from([0.000001, 0.5, 9, 10, 11, 60, 9_600, 86_400]))
    def wait(self, seconds):
        self.stage.now += timedelta(seconds=seconds)
        self.naive.now_us += round(seconds * 1_000_000)

    @invariant()
    def both_hold_the_same(self):
        assert self.stage.credits == self.naive.credits
        assert {key: tat for key, tat in self.stage.buckets.items() if tat} == {
            (organization_subject(organization), name): tat
            for (organization, name), tat in self.naive.tats.items()
        }
        assert min(self.stage.credits.values()) >= 0

    @invariant()
    def the_ledger_explains_every_credit(self):
        assert self.granted - sum(charge.cost for charge in self.stage.ledger) == sum(
            self.stage.credits.values()
        )

    def compare(self, name, values, verdict):
        answer = self.naive.ask(name, **values)
        assert (verdict.code, verdict.charged, verdict.remaining, verdict.replayed) == (
            answer.code, answer.charged, answer.remaining, answer.replayed,
        )  # fmt: skip
        assert (verdict.principal is None) == (answer.code == "NOT_FOUND")
        for take in verdict.takes:
            organization = CREDENTIALS[name][1].organization_id
            assert take.remaining == self.naive.remaining(organization, take.quota)
        assert (answer.code == "RATE_LIMITED") == any(take.exceeded for take in verdict.takes)


TestGateAgainstNaiveGate = GateAgainstNaiveGate.TestCase
# Without shrinking, which takes minutes here; what failed is readable without it.
TestGateAgainstNaiveGate.settings = settings(
    max_examples=60,
    stateful_step_count=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
