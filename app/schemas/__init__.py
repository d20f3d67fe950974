"""Pydantic data transfer objects."""
