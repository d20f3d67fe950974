"""A family of refresh tokens has one living end, whatever is sent when (SEC-22, SEC-23)."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from app.core import opaque_tokens
from app.core.opaque_tokens import TokenPurpose
from app.core.settings import SessionSettings
from tests.factories.sessions import SessionStage, unused_tokens

GRACE = timedelta(seconds=30)
IDLE = timedelta(days=14)
ABSOLUTE = timedelta(days=90)
TICK = timedelta(microseconds=1)
EXAMPLES = settings(
    max_examples=40,
    stateful_step_count=14,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Family(RuleBasedStateMachine):
    """One session and all its refresh tokens; what ought to happen is known without any cryptography."""

    stage: SessionStage
    loop: asyncio.AbstractEventLoop
    user_id = None

    @initialize()
    def sign_in(self):
        opened = self.run(self.stage.open(self.user_id))
        self.session_id = opened.session_id
        self.tokens = [opened.refresh_token]
        self.idle_end = self.stage.clock.now + IDLE
        self.absolute_end = self.stage.clock.now + ABSOLUTE
        self.last_used_at = None
        self.alive = True

    @rule(
        period=st.sampled_from([TICK, timedelta(seconds=1), GRACE - TICK, GRACE, IDLE - TICK, IDLE, ABSOLUTE])
    )
    def wait(self, period):
        self.stage.clock.now += period

    @rule(steps_back=st.sampled_from([0, 0, 0, 0, 1, 1, 2, 5]), callers=st.sampled_from([1, 1, 2, 4]))
    def present(self, steps_back, callers):
        place = max(0, len(self.tokens) - 1 - steps_back)
        token = self.tokens[place]

        answers = self.run(self.present_at_once(token, callers))

        told = {answer.refresh_token if answer else None for answer in answers}
        assert len(told) == 1, "all who send one token at once are told the same"
        self.compare(place, *told)

    @rule()
    def present_a_stranger_s_token(self):
        token = opaque_tokens.issue(TokenPurpose.REFRESH).token

        assert self.run(self.stage.refresh(token)) is None

    @invariant()
    def the_family_has_one_living_end(self):
        if not hasattr(self, "tokens"):
            return
        assert self.run(self.stage.is_alive(self.session_id)) == self.alive
        assert self.run(unused_tokens(self.stage.resources, str(self.session_id))) == 1

    def compare(self, place, told):
        now = self.stage.clock.now
        is_end, is_before_end = place == len(self.tokens) - 1, place == len(self.tokens) - 2
        if not self.alive or now >= self.absolute_end:
            assert told is None
            # Even then a used token that comes again is noted: whoever looks finds the session ended.
            self.alive = self.alive and is_end
        elif is_end and now < self.idle_end:
            assert told not in {None, *self.tokens}
            self.tokens.append(told)
            self.last_used_at = now
            self.idle_end = min(now + IDLE, self.absolute_end)
        elif is_end:
            assert told is None
        elif is_before_end and now - self.last_used_at < GRACE:
            assert told == self.tokens[-1]
        else:
            assert told is None
            self.alive = False

    async def present_at_once(self, token, callers):
        return await asyncio.gather(*(self.stage.refresh(token) for _ in range(callers)))

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(timeout=30)


@pytest.fixture
async def user_id(world):
    user = await world.user()
    await world.organization(owner=user)
    return user.id


async def test_a_family_of_tokens_does_what_the_model_says(resources, user_id):
    """SEC-22, SEC-23."""
    stage = SessionStage(resources, SessionSettings(per_user_max=1000))
    machine = type("FamilyHere", (Family,), {"stage": stage, "loop": asyncio.get_running_loop()})
    machine.user_id = user_id

    # On a thread, because the machine is synchronous and the database's connections belong to this loop.
    await asyncio.to_thread(run_state_machine_as_test, machine, settings=EXAMPLES)


async def test_without_a_grace_a_second_use_ends_the_session_at_once(resources, user_id):
    stage = SessionStage(resources, SessionSettings(refresh_grace_seconds=0))
    opened = await stage.open(user_id)
    await stage.refresh(opened.refresh_token)

    assert await stage.refresh(opened.refresh_token) is None
    assert not await stage.is_alive(opened.session_id)


def test_a_grace_of_more_than_half_a_minute_does_not_boot():
    """SEC-22."""
    with pytest.raises(ValueError, match="less than or equal to 30"):
        SessionSettings(refresh_grace_seconds=31)
