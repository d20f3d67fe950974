"""`python -m manual`: write every page of the reference, and say which have changed."""

from app.main import create_app
from manual.pages import ROOT, defaults, reference


def main() -> None:
    """Write the pages."""
    settings = defaults()
    for name, text in reference(create_app(settings).openapi(), settings).items():
        path = ROOT / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(name)


main()
