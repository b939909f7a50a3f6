"""Reads that people repeat all day, kept in Valkey and never given when they are old.

How, and what happens in each failure: docs/caching.md.
"""
