"""What people read in a mail and use."""

import re

from app.core.mail import Mail


def token_in(mail: Mail) -> str:
    """The token of the mail's link."""
    (token,) = set(re.findall(r"#token=([\w-]+)", mail.text))
    return token


def code_in(mail: Mail) -> str:
    """The code that stands on a line of its own."""
    (code,) = re.findall(r"^([0-9]{6})$", mail.text, re.MULTILINE)
    return code
