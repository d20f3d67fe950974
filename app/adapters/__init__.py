"""The outside world: each adapter is a protocol, a real one and an in-memory twin."""
