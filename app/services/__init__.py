"""Business logic: services know neither HTTP nor SQL."""
