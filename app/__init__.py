"""Faregate: who is calling, may they, how fast, and what does it cost, decided in one commit."""
