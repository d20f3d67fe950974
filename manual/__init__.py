"""The pages of the reference, made from the code: `python -m manual` writes them into docs/reference/."""
