from datetime import UTC, datetime, timedelta

from app.models import BlogPost

NOW = datetime(2026, 1, 17, 9, 30, tzinfo=UTC)


def test_publishing_twice_keeps_the_first_date():
    post = BlogPost(title="Hello")

    post.publish(NOW)
    post.publish(NOW + timedelta(days=1))

    assert (post.status, post.published_at) == ("published", NOW)


def test_a_post_that_is_hidden_and_shown_again_keeps_the_first_date():
    post = BlogPost(title="Hello")
    post.publish(NOW)

    post.unpublish()
    post.publish(NOW + timedelta(days=1))

    assert (post.status, post.published_at) == ("published", NOW)
