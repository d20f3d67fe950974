"""Credits are taken from grants in their order, and it is written down from which."""

from app.core.identifiers import new_id
from app.models import CreditAccount, CreditGrant
from app.services.grant_order import burn


def account(*, burned, settled=0):
    return CreditAccount(organization_id=new_id(), burned=burned, burned_settled=settled)


def grants(*remaining):
    return [CreditGrant(id=new_id(), remaining=each) for each in remaining]


def spans(burns):
    return [(each.from_position, each.to_position, each.grant_id) for each in burns]


def test_a_grant_is_emptied_before_the_next_is_touched():
    first, second, third = given = grants(5, 5, 5)

    burns = burn(account(burned=8), given)

    assert [each.remaining for each in given] == [0, 2, 5]
    assert spans(burns) == [(0, 5, first.id), (5, 8, second.id)]
    assert third.id not in {each.grant_id for each in burns}


def test_what_was_settled_is_not_burned_again():
    owner = account(burned=8, settled=5)
    (only,) = given = grants(10)

    burns = burn(owner, given)

    assert spans(burns) == [(5, 8, only.id)]
    assert owner.burned_settled == 8
    assert burn(owner, given) == []


def test_empty_grants_are_passed_by():
    _, second = given = grants(0, 3)

    assert spans(burn(account(burned=1), given)) == [(0, 1, second.id)]
