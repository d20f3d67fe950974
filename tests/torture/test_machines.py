"""The state machines that compare the gate with a simple model of it, for longer than every test can take."""

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.services.test_admission_decision import GateAgainstNaiveGate
from tests.services.test_credit_machine import LazyCreditsAgainstEagerOnes

MACHINES = [(GateAgainstNaiveGate, 400), (LazyCreditsAgainstEagerOnes, 100)]
STEPS = 40


@pytest.mark.torture
@pytest.mark.parametrize(("machine", "runs"), MACHINES, ids=["gate", "credits"])
def test_a_state_machine_finds_no_difference_from_its_model(machine, runs, figures):
    long = settings(
        max_examples=runs,
        stateful_step_count=STEPS,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
    )

    run_state_machine_as_test(machine, settings=long)

    figures.operations, figures.drift = runs * STEPS, 0
