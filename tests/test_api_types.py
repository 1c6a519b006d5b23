"""The page and the service speak of the same shapes."""

from tests.api_types import TYPES, generate


def test_the_pages_types_are_those_of_the_service():
    assert TYPES.read_text() == generate(), "run python3 -m tests.api_types"
