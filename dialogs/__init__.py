"""Conversations and cards as plain data in and out; no channel in them."""
