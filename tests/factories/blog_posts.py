"""Blog posts, written through the API like anyone's."""

from typing import Any

import httpx2

from tests.factories.world import Caller

POSTS = "/api/v1/blog-posts"


async def write_post(
    client: httpx2.AsyncClient, author: Caller, title: str = "Hello, world", body: str = "*Hi*"
) -> dict[str, Any]:
    """A new draft of the author's organization."""
    answer = await client.post(POSTS, json={"title": title, "body": body}, headers=author.headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def publish_post(
    client: httpx2.AsyncClient, author: Caller, title: str = "Hello, world", body: str = "*Hi*"
) -> dict[str, Any]:
    """A new post that everyone may read."""
    post = await write_post(client, author, title, body)
    answer = await client.put(f"{POSTS}/{post['id']}/publication", headers=author.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()
