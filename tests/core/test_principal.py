import pytest

from app.core.exceptions import NotFoundError
from app.core.identifiers import new_id
from app.core.principal import Principal, PrincipalType
from app.core.scopes import Scope


def principal_with(*scopes, is_operator=False):
    return Principal(
        PrincipalType.API_KEY, new_id(), new_id(), frozenset(scopes), key_id=new_id(), is_operator=is_operator
    )


def test_everyone_stays_in_their_organization_unless_told_otherwise():
    principal = principal_with(Scope.CREDITS_READ)

    assert principal.realm == principal.organization_id
    assert principal.choose_organization(None) == principal.organization_id
    assert principal.choose_organization(principal.organization_id) == principal.organization_id


@pytest.mark.parametrize("is_operator", [True, False])
def test_another_organization_is_not_there_without_the_scope(is_operator):
    """A leaked narrow key of an operator opens nothing but its own organization."""
    principal = principal_with(*(set(Scope) - {Scope.ORGANIZATIONS_MANAGE}), is_operator=is_operator)

    with pytest.raises(NotFoundError):
        principal.choose_organization(new_id())


def test_who_manages_organizations_chooses_any():
    other = new_id()

    assert principal_with(Scope.ORGANIZATIONS_MANAGE).choose_organization(other) == other
