"""Who runs, or checks, each fenced block of the documents: by its language, or by its page and language."""

from tests.docs.documents import documents

BY_LANGUAGE = {
    "bash": "tests/docs/test_documentation.py::test_every_command_does_what_its_page_says",
    "console": "tests/docs/test_documentation.py::test_every_command_does_what_its_page_says",
    "http": "tests/docs/test_blocks.py::test_a_request_is_one_that_a_route_takes",
    "jinja": "tests/docs/test_blocks.py::test_a_quotation_stands_in_the_code",
    "json": "tests/docs/test_blocks.py::test_an_object_is_one_of_the_api",
    "mermaid": "tests/docs/test_blocks.py::test_a_diagram_names_who_takes_part",
    "python": "tests/docs/test_blocks.py::test_a_quotation_stands_in_the_code",
    "text": "tests/docs/test_blocks.py::test_what_is_called_text_is_no_code",
}
"""On every page, unless the page has somebody of its own."""

CLIENTS = "tests/e2e/proxies/test_clients.py::test_a_client_copies_the_headers_of_every_verdict"
RECIPES = "tests/e2e/proxies/test_recipes.py"
SIMULATED = "tests/api/proxies/test_simulated_proxies.py"
CHECKER = "tests/docs/test_checker_page.py"
FIRST_ENTITY = "tests/docs/test_first_entity.py::test_the_guide_can_be_followed_to_the_letter"
RULES = "tests/standards/test_rules.py"
BY_PAGE = {
    ("docs/benchmarks.md", "sh"): (
        "tests/benchmarks/test_options.py::test_every_command_of_the_guide_is_understood"
    ),
    ("docs/forward-auth.md", "toml"): "tests/docs/test_blocks.py::test_the_price_list_can_be_read",
    ("docs/guides/first-entity.md", "diff"): FIRST_ENTITY,
    ("docs/guides/first-entity.md", "sh"): FIRST_ENTITY,
    ("docs/operations.md", "json"): "tests/docs/test_blocks.py::test_a_line_of_an_import_is_one",
    ("docs/recipes/caddy.md", "caddyfile"): RECIPES,
    ("docs/recipes/clients.md", "go"): CLIENTS,
    ("docs/recipes/clients.md", "javascript"): CLIENTS,
    ("docs/recipes/clients.md", "python"): CLIENTS,
    ("docs/recipes/envoy.md", "yaml"): SIMULATED,
    ("docs/recipes/haproxy.md", "haproxy"): RECIPES,
    ("docs/recipes/haproxy.md", "lua"): RECIPES,
    ("docs/recipes/nginx.md", "nginx"): RECIPES,
    ("docs/recipes/traefik.md", "yaml"): SIMULATED,
    ("docs/second-factors.md", "js"): "tests/docs/test_scripts.py::test_a_browser_signs_in_with_a_passkey",
    (
        "docs/standards-checker.md",
        "json",
    ): f"{CHECKER}::test_the_extension_is_understood",
    ("docs/standards-checker.md", "text"): f"{CHECKER}::test_a_finding_is_told_so",
    ("docs/standards-rules.md", "python"): RULES,
    ("docs/standards-rules.md", "text"): RULES,
    ("docs/standards-rules.md", "toml"): RULES,
}


def runner_of(page, block):
    """The test that runs a block, None: nobody."""
    return BY_PAGE.get((page.name, block.language)) or BY_LANGUAGE.get(block.language)


def blocks_of(test):
    """The blocks that a test of a language has to see to, each with its page."""
    return [(page, block) for page in documents() for block in page.blocks if runner_of(page, block) == test]
