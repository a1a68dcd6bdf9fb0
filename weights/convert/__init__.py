"""Weights turned, once, into what the engines read. Networks and files only; no inference for users."""
