"""One rule per field, wherever it is written down (A9 of the traps: three rules for one username)."""

import pytest
from pydantic import ValidationError

from app.core.email_addresses import EMAIL_LENGTH_MAX
from app.core.password_rules import require_acceptable_password
from app.models import User
from app.schemas.auth import LoginRequest
from app.schemas.user import FULL_NAME_LENGTH_MAX, UserUpdate


def column_length(name: str) -> int:
    return User.__table__.c[name].type.length


def test_the_columns_hold_what_the_fields_let_through():
    assert column_length("email") >= EMAIL_LENGTH_MAX
    assert column_length("full_name") == FULL_NAME_LENGTH_MAX
    UserUpdate(username="u" * column_length("username"))
    with pytest.raises(ValidationError):
        UserUpdate(username="u" * (column_length("username") + 1))


def test_the_password_of_the_documentation_s_example_would_be_accepted():
    (example,) = LoginRequest.model_config["json_schema_extra"]["examples"]

    require_acceptable_password(example["password"], email=example["email"])


def test_a_login_never_shows_its_password():
    login = LoginRequest(email="owner@example.org", password="correct horse battery")

    assert "horse" not in f"{login!r} {login} {login.model_dump()} {login.model_dump_json()}"
