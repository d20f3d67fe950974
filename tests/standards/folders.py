"""Projects in folders, for what is asked from the command line."""

TEST = '''"""Posts."""

from app.api.v1 import posts
from app.repositories import post_repository
from app.services import post_service
'''

CLEAN = {
    "app/api/v1/posts.py": '"""Posts."""\n',
    "app/models/post.py": '"""Posts."""\n',
    "app/repositories/post_repository.py": '"""Posts."""\n',
    "app/services/post_service.py": '"""Posts."""\n',
    "tests/test_posts.py": TEST,
}


def write(folder, files):
    """Put these files into a folder."""
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder
